"""Looks whether it is root, or has rights of root.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import os
from pathlib import Path

from scene import attempt


def look():
    reading = 1 << 2  # below closed folders root's right to read is lent
    rights = [line.split()[1] for line in status if line.startswith("CapEff")]
    if os.getuid() and not int(rights[0], 16) & ~reading:
        raise OSError("it is not")


try:
    status = Path("/proc/self/status").read_text().splitlines()
except OSError:
    status = ["CapEff: 0"]
attempt(look)
