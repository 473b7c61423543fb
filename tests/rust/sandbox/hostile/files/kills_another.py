"""Ends another process.

bubblewrap: blocked
landlock: blocked as root or since Linux 6.12, else open
limits: blocked as root, else open
"""

import os
import signal

from scene import VICTIM, attempt

attempt(lambda: os.kill(VICTIM, signal.SIGKILL))
