"""Takes the processor from another process.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os

from scene import VICTIM, attempt

attempt(lambda: os.setpriority(os.PRIO_PROCESS, VICTIM, 19))
