"""Lists the networks of the machine.

bubblewrap: contained
landlock: blocked
limits: open
"""

import os
import socket

from scene import attempt


def ask():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.bind((0, 0))


attempt(ask, works="contained" if os.getppid() < 10 else "open")
