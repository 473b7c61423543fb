"""Moves another process to one processor.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os

from scene import VICTIM, attempt

attempt(lambda: os.sched_setaffinity(VICTIM, {0}))
