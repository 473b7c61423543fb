"""Reads the first block of a disk.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os
import pathlib
import stat

from scene import attempt


def read():
    names = [f"/dev/{disk.name}" for disk in pathlib.Path("/sys/block").glob("*")]
    disks = [name for name in names if stat.S_ISBLK(os.stat(name).st_mode)]
    return open(disks[0], "rb").read(1)


attempt(read, otherwise=(OSError, IndexError))
