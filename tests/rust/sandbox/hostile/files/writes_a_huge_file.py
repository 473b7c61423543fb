"""Writes a file of 1 GB.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt


def write():
    with open("big", "wb", 0) as file:
        for _ in range(1024):
            file.write(bytes(1 << 20))


attempt(write)
