"""Looks for what the one who started it has in its environment.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import os

from scene import attempt


def look():
    if "CARGO_MANIFEST_DIR" not in os.environ:
        raise OSError("not there")


attempt(look)
