"""Makes the device of a disk in the workspace.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import os
import stat

from scene import attempt

attempt(lambda: os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0)))
