"""Reads the environment of the process that started it.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import PARENT, attempt

attempt(lambda: open(f"/proc/{PARENT}/environ").read(1))
