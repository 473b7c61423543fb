"""Mounts a file system of its own.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

from scene import CALLS, attempt, call

attempt(lambda: call(CALLS["mount"], b"none", b"/tmp", b"tmpfs", 0, None))
