"""Connects to a server whose socket has a name, but no path.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os
import socket

from scene import attempt


def connect():
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect("\0" + os.environ["SCENE_ABSTRACT"])
        stream.sendall(b"taken")


attempt(connect)
