"""Gives the machine another name.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import socket

from scene import attempt

attempt(lambda: socket.sethostname("taken"))
