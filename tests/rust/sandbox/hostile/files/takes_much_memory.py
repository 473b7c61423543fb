"""Takes 5 GB of memory.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt

attempt(lambda: bytearray(5 << 30), otherwise=MemoryError)
