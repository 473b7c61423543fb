"""Lets everybody read the private key of the user.

bubblewrap: blocked
landlock: blocked as root, else open
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt

attempt(lambda: os.chmod(HOME / ".ssh" / "id_ed25519", 0o644))
