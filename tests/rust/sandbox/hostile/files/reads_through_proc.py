"""Reads a private key through the root folder that `/proc` shows.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import HOME, attempt

attempt(lambda: open(f"/proc/self/root{HOME}/.ssh/id_ed25519").read())
