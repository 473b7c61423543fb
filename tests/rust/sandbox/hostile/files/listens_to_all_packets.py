"""Listens to everything that goes over the network.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import socket

from scene import attempt

attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300).close())
