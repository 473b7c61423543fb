"""Connects to a server by the path of its socket, such as that of Docker.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os
import socket

from scene import attempt


def connect():
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(os.environ["SCENE_UNIX"])
        stream.sendall(b"taken")


attempt(connect)
