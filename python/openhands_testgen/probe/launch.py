"""Sets the limits of a child before any code of the project runs, then becomes that child.

Usage: ``python -I -S launch.py CPU_SECONDS MEMORY_BYTES FILE_BYTES THREADS TIE -- COMMAND...``

``THREADS`` is how many the whole user may have, 0 for no limit; it holds for everyone but root.
``TIE`` is the process id of the parent where nothing else ends this child when that dies, else
``0``. Limits are those of the kernel and hold for every process that the child starts. Only the
standard library is used, and as little of it as possible: this runs before each child.
"""

import os
import resource
import sys
import time


def main(arguments: list[str]) -> None:
    """Sets the limits and replaces this process; returns only by an exception."""
    cpu_seconds, memory_bytes, file_bytes, threads, tie, _separator, *command = arguments
    limit(resource.RLIMIT_CPU, int(cpu_seconds))
    limit(resource.RLIMIT_AS, int(memory_bytes))
    limit(resource.RLIMIT_FSIZE, int(file_bytes))
    limit(resource.RLIMIT_CORE, 0)
    if threads != "0":
        limit(resource.RLIMIT_NPROC, int(threads))
    if tie != "0":
        leave_terminal()
    if tie != "0" and sys.platform == "linux":
        die_with(int(tie))
    if tie == "0" and os.getppid() == 1:
        wait_until_asleep("/proc/1/stat")
    ask_to_begin()
    os.execv(command[0], command)


def limit(what: int, value: int) -> None:
    """Lowers one limit; a lower limit that is already in force stays."""
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(what, (value, value))
    except (ValueError, OSError):
        # macOS refuses RLIMIT_AS; the watchdog of the parent stays.
        if sys.platform == "linux":
            raise


def leave_terminal() -> None:
    """Makes a session of its own: nobody in it can read from our terminal, or type into it.

    Who leads a group cannot, so it goes back to that of its parent for a moment.
    """
    if os.getpgrp() == os.getpid():
        os.setpgid(0, os.getpgid(os.getppid()))
    os.setsid()


def die_with(parent: int) -> None:
    """Asks the kernel for SIGKILL when the thread that started us ends; it survives the exec."""
    try:
        import ctypes
    except ImportError:
        return  # a Python without libffi: the parent still kills us whenever it can
    set_parent_death_signal, kill = 1, 9
    ctypes.CDLL(None).prctl(set_parent_death_signal, kill, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(9)  # the parent died before we asked


def ask_to_begin() -> None:
    """Asks on the standard input whether the one who started us lives, and ends if nobody answers.

    In bubblewrap nobody else would end us: each of its two processes asks the kernel to end it with
    its parent, but not whether the parent died before that. The outer one has asked by the time we
    run, the inner one by the time it waits for us.
    """
    try:
        os.write(0, b"?")
        answer = os.read(0, 1)
    except OSError:
        answer = b""
    if not answer:
        os._exit(9)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def wait_until_asleep(stat: str) -> None:
    """Waits, a second at most, until a process sleeps: in bubblewrap the first waits for us."""
    for _ in range(1000):
        try:
            with open(stat, "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
        except OSError:
            return
        if state != b"R":
            return
        time.sleep(0.001)


if __name__ == "__main__":
    main(sys.argv[1:])
