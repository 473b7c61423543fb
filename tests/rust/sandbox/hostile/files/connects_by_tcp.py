"""Connects to a server of this machine.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os
import socket

from scene import attempt


def connect():
    with socket.create_connection(("127.0.0.1", int(os.environ["SCENE_TCP"])), timeout=5) as stream:
        stream.sendall(b"taken")


attempt(connect)
