"""Cuts a start-up file of the user to nothing.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt

attempt(lambda: os.truncate(HOME / ".bashrc", 0))
