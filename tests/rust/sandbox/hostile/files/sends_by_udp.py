"""Sends a secret away without a connection.

bubblewrap: contained
landlock: blocked
limits: open
"""

import os
import socket

from scene import attempt


def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"taken", ("127.0.0.1", int(os.environ["SCENE_UDP"])))


attempt(send, works="contained")
