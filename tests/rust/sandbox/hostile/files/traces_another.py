"""Takes another process over as a debugger does.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

from scene import CALLS, VICTIM, attempt, call


def trace():
    seize, detach = 0x4206, 17
    call(CALLS["ptrace"], seize, VICTIM, 0, 0)
    call(CALLS["ptrace"], detach, VICTIM, 0, 0)


attempt(trace)
