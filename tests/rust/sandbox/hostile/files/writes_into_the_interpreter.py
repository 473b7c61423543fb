"""Leaves a module in the interpreter that runs it.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os
import sysconfig

from scene import MARK, attempt


def write():
    name = os.path.join(sysconfig.get_path("purelib"), f"{MARK}.py")
    open(name, "x").close()
    os.unlink(name)


attempt(write)
