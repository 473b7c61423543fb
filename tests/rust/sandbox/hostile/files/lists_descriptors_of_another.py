"""Lists the open files of another process.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import VICTIM, attempt

attempt(lambda: os.listdir(f"/proc/{VICTIM}/fd"))
