"""Reads `.env` of the project that it is a copy of.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import HOME, attempt

attempt(lambda: (HOME / "project" / ".env").read_text())
