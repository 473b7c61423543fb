"""Reads a private key by a path that goes up from the workspace.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import HOME, attempt

attempt(lambda: open(os.path.relpath(HOME / ".ssh" / "id_ed25519")).read())
