"""Copies memory out of another process.

bubblewrap: blocked
landlock: blocked
limits: blocked as root, else open
"""

import ctypes

from scene import CALLS, VICTIM, attempt, call


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def copy():
    buffer = ctypes.create_string_buffer(8)
    here = Part(ctypes.addressof(buffer), 8)
    there = Part(int(open(f"/proc/{VICTIM}/maps").read().split("-")[0], 16), 8)
    call(CALLS["process_vm_readv"], VICTIM, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)


attempt(copy)
