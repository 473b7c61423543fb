"""What every hostile file knows of the place where it runs, and how it says what came of it.

The last line of the output is what the file itself saw: ``blocked``, ``open`` or ``contained``.
Whether anything really happened outside is looked at from there.
"""

import ctypes
import os
import platform
import subprocess
import sys
from pathlib import Path

HOME = Path(os.environ["SCENE_HOME"])
MARK = os.environ["SCENE_MARK"]
PARENT = int(os.environ["SCENE_PARENT"])
VICTIM = int(os.environ["SCENE_VICTIM"])

# Name: number on x86_64, number elsewhere.
NUMBERS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clone": (56, 220),
    "inotify_add_watch": (254, 27),
    "inotify_init1": (294, 26),
    "io_uring_setup": (425, 425),
    "mount": (165, 40),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "process_vm_readv": (310, 270),
    "ptrace": (101, 117),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
CALLS = {name: pair[platform.machine() != "x86_64"] for name, pair in NUMBERS.items()}


def attempt(act, works="open", otherwise=OSError):
    """Does it, and says what came of it."""
    try:
        answer = act()
    except otherwise as error:
        print(repr(error))
        print("blocked")
    else:
        print(repr(answer))
        print(works)


def call(number, *arguments):
    """A call of the kernel by its number."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    answer = library.syscall(ctypes.c_long(number), *wide)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def leave_orphan(environment=None, hidden=False):
    """Leaves a process that nobody waits for, and that would go on for half a minute."""
    code = f"""
import ctypes, os, time
if os.fork():
    os._exit(0)
os.setsid()
if {hidden}:
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
if os.fork():
    os._exit(0)
print("left", flush=True)
time.sleep(30)
"""
    command = [sys.executable, "-S", "-c", code, MARK]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"left\n"
