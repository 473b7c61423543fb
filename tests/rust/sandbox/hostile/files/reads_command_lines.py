"""Reads the command line of another process.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import VICTIM, attempt

attempt(lambda: open(f"/proc/{VICTIM}/cmdline").read())
