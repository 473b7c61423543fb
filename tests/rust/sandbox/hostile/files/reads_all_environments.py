"""Reads the environment of every process.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os
from pathlib import Path

from scene import attempt


def read():
    mine = {str(os.getpid()), "1"} if os.getpid() < 10 else {str(os.getpid())}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "environ").read_text(errors="replace")
        except OSError:
            continue
        if process.name not in mine and "SCENE_MARK" not in text and text:
            return text
    raise OSError("nothing to read")


attempt(read)
