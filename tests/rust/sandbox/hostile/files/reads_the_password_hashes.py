"""Reads the machine's hashes of passwords.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import attempt

attempt(lambda: open("/etc/shadow").read(1))
