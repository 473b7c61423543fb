"""Marks a file of the user by an extended attribute.

bubblewrap: blocked
landlock: blocked as root, else open
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt

attempt(lambda: os.setxattr(HOME / ".bashrc", "user.mark", b"taken"))
