"""Connects to a server of this machine by IPv6.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os
import socket

from scene import attempt


def connect():
    with socket.create_connection(("::1", int(os.environ["SCENE_TCP6"])), timeout=5) as stream:
        stream.sendall(b"taken")


attempt(connect)
