"""Handles the page faults of the kernel.

bubblewrap: blocked
landlock: blocked
limits: open
"""

from scene import CALLS, attempt, call

attempt(lambda: call(CALLS["userfaultfd"], 0))
