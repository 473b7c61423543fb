"""Sends a datagram to a server by the path of its socket.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os
import socket

from scene import attempt


def send():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"taken", os.environ["SCENE_DATAGRAMS"])


attempt(send)
