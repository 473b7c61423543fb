"""Doubles, in sessions of its own each time.

bubblewrap: ended
landlock: ended
limits: ended
"""

import os
import time

for _ in range(10):
    if os.fork() == 0:
        os.setsid()
time.sleep(60)
print("open")
