"""Adds a line to a start-up file of the user.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import HOME, attempt


def write():
    with open(HOME / ".bashrc", "a") as file:
        file.write("echo taken\n")


attempt(write)
