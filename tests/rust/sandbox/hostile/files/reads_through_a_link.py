"""Makes a link to a private key in the workspace, and reads that.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import HOME, attempt

os.symlink(HOME / ".ssh" / "id_ed25519", "innocent.txt")
attempt(lambda: open("innocent.txt").read())
