"""Types a command into the terminal of the user.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import fcntl
import os

from scene import attempt


def type_in():
    fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x")


attempt(type_in)
