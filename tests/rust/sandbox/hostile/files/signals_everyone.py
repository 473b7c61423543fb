"""Asks whether it may end every process.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import attempt

attempt(lambda: os.kill(-1, 0))
