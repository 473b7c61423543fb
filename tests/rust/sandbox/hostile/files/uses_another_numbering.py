"""Makes a call by the number that it has for other programs.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import attempt, call

attempt(lambda: call(0x40000000 | 39))
