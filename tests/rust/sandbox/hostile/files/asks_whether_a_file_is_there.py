"""Asks whether the user has a private key, and how long it is.

bubblewrap: blocked
landlock: open
limits: open
"""

import os

from scene import HOME, attempt

attempt(lambda: os.stat(HOME / ".ssh" / "id_ed25519").st_size)
