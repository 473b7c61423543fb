"""Reads the memory of another process through `/proc`.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import VICTIM, attempt

attempt(lambda: open(f"/proc/{VICTIM}/mem", "rb", 0).close())
