"""Opens a socket to the host of a virtual machine.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import socket

from scene import attempt

attempt(lambda: socket.socket(getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM).close())
