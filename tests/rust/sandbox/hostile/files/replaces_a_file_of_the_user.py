"""Moves a file of its own over a start-up file of the user.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt

open("mine", "w").write("echo taken")
attempt(lambda: os.replace("mine", HOME / ".bashrc"))
