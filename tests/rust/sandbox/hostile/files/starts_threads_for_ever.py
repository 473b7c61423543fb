"""Starts threads without end.

bubblewrap: blocked
landlock: blocked
limits: blocked
"""

import threading

from scene import attempt


def start():
    for _ in range(100_000):
        threading.Thread(target=threading.Event().wait, daemon=True).start()


attempt(start, otherwise=(RuntimeError, MemoryError))
