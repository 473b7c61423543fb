"""Watches which files of the user come and go.

bubblewrap: blocked
landlock: blocked
limits: open
"""

import os

from scene import CALLS, HOME, attempt, call


def watch():
    watcher = call(CALLS["inotify_init1"], 0)
    call(CALLS["inotify_add_watch"], watcher, os.fsencode(HOME), 0x100)


attempt(watch)
