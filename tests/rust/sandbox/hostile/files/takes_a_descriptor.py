"""Takes an open file out of another process.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import CALLS, VICTIM, attempt, call

attempt(lambda: call(CALLS["pidfd_getfd"], call(CALLS["pidfd_open"], VICTIM, 0), 1, 0))
