"""Takes memory by many processes, each of which may have its part.

bubblewrap: ended
landlock: ended
limits: ended
"""

import os
import time

for _ in range(12):
    if os.fork() == 0:
        block = bytearray(os.urandom(1 << 20)) * 400
        time.sleep(60)
time.sleep(60)
print("open")
