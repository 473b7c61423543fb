"""Opens a socket to a part of the kernel that few have looked at.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import socket

from scene import attempt

attempt(lambda: socket.socket(getattr(socket, "AF_ALG", 38), socket.SOCK_SEQPACKET).close())
