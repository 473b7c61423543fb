"""Sends a datagram to a server by one of two sockets that are connected.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import os
import socket

from scene import attempt


def send():
    one, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"taken", os.environ["SCENE_DATAGRAMS"])


attempt(send)
