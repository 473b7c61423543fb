"""Tells the kernel which program handles crashes, as root, outside.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt

attempt(lambda: open("/proc/sys/kernel/core_pattern", "r+b", 0).close())
