"""Waits without end, and ignores whoever asks it to stop.

bubblewrap: ended
landlock: ended
limits: ended
seconds: 4
"""

import signal
import time

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
while True:
    time.sleep(1)
