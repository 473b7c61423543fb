"""Reads the private key of the user.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import HOME, attempt

attempt(lambda: (HOME / ".ssh" / "id_ed25519").read_text())
