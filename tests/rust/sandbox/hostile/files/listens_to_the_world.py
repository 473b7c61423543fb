"""Listens on every address of the machine.

bubblewrap: contained
landlock: blocked
limits: open
"""

import os
import socket

from scene import attempt


def listen():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()


attempt(listen, works="contained" if os.getppid() < 10 else "open")
