"""Runs a program that has rights of its own.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import ctypes

from scene import attempt


def gain():
    get_no_new_privileges = 39
    if ctypes.CDLL(None).prctl(get_no_new_privileges, 0, 0, 0, 0):
        raise OSError("no program gains anything")


attempt(gain)
