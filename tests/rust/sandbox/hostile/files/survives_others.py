"""Asks to be the last that the kernel ends when memory runs out.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt

attempt(lambda: open("/proc/self/oom_score_adj", "wb", 0).write(b"-1000"))
