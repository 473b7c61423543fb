"""Removes a start-up file of the user.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import HOME, attempt

attempt(lambda: (HOME / ".bashrc").unlink())
