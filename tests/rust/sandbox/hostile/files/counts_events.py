"""Measures what other programs do.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import ctypes

from scene import CALLS, attempt, call


def count():
    what = ctypes.create_string_buffer(128)
    ctypes.memmove(what, (1).to_bytes(4, "little") + (128).to_bytes(4, "little"), 8)
    call(CALLS["perf_event_open"], what, 0, -1, -1, 0)


attempt(count)
