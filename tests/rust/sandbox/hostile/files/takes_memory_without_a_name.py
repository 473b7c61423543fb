"""Takes memory by files that are only in memory.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import attempt


def take():
    file = os.memfd_create("mine")
    os.write(file, bytes(1 << 20))


attempt(take)
