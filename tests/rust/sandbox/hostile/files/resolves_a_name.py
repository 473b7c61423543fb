"""Asks a name server, which tells it to the world.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import socket

from scene import attempt

attempt(lambda: socket.getaddrinfo("example.org", 80))
