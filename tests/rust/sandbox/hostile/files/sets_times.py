"""Sets back the time of a file of the user.

bubblewrap: blocked
landlock: blocked as root, else open
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt

attempt(lambda: os.utime(HOME / ".bashrc", (0, 0)))
