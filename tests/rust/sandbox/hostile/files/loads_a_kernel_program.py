"""Loads a program into the kernel.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import CALLS, attempt, call

attempt(lambda: call(CALLS["bpf"], 0, bytes(72), 72))
