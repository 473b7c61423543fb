"""Gives a file of the user a name in the workspace, and writes to that.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os

from scene import HOME, attempt


def write():
    os.link(HOME / ".bashrc", "mine")
    with open("mine", "a") as file:
        file.write("echo taken\n")


attempt(write)
