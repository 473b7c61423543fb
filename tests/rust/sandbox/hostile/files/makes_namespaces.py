"""Makes a world of its own, in which it is root.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import CALLS, attempt, call

attempt(lambda: call(CALLS["unshare"], 0x10000000))
