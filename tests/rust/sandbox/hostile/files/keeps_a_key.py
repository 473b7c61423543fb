"""Leaves a key with the kernel.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import CALLS, attempt, call

attempt(lambda: call(CALLS["add_key"], b"user", b"mine", b"taken", 5, -2))
