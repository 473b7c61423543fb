"""Reads the memory of the machine.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt


def read():
    for name in ("/dev/mem", "/proc/kcore", "/dev/kmsg"):
        try:
            return open(name, "rb", 0).read(1)
        except OSError as error:
            refused = error
    raise refused


attempt(read)
