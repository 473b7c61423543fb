"""Makes a link to the home folder in the workspace, and writes through it.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt

os.symlink(HOME, "folder")
attempt(lambda: open("folder/.profile", "w").write("echo taken"))
