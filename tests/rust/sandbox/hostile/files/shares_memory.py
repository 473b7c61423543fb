"""Leaves a piece of shared memory.

bubblewrap: contained
landlock: blocked
limits: open
"""

import os

from scene import CALLS, attempt, call


def share():
    piece = call(CALLS["shmget"], 0, 4096, 0o1600)
    call(CALLS["shmctl"], piece, 0, None)


attempt(share, works="contained" if os.getppid() < 10 else "open")
