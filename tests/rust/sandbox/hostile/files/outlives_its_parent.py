"""Takes back that it ends with the process that started it.

bubblewrap: contained
landlock: blocked
limits: open
"""

import ctypes
import os

from scene import attempt


def take_back():
    set_parent_death_signal = 1
    if ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")


attempt(take_back, works="contained" if os.getppid() < 10 else "open")
