"""Stops another process through a descriptor of it.

bubblewrap: blocked
landlock: blocked as root or since Linux 6.12, else open
limits: blocked as root, else open
"""

import signal

from scene import CALLS, VICTIM, attempt, call


def stop():
    process = call(CALLS["pidfd_open"], VICTIM, 0)
    call(CALLS["pidfd_send_signal"], process, signal.SIGSTOP, 0, 0)


attempt(stop)
