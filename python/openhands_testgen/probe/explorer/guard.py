"""Keeps project code from touching the world while it is explored.

A second fence inside the sandbox: an audit hook refuses new processes, the network, signals, and
every change of files outside of the folders that calls may play in. What it refused is remembered,
so that the explorer drops the call instead of testing for a `PermissionError` that only exists
here.
"""

from __future__ import annotations

import os
import sys
from typing import Any

REFUSED = {
    "os.system": "it starts a process",
    "os.exec": "it starts a process",
    "os.fork": "it forks",
    "os.forkpty": "it forks",
    "os.posix_spawn": "it starts a process",
    "os.spawn": "it starts a process",
    "os.startfile": "it starts a process",
    "pty.spawn": "it starts a process",
    "subprocess.Popen": "it starts a process",
    "os.kill": "it sends signals",
    "os.killpg": "it sends signals",
    "signal.pthread_kill": "it sends signals",
    "socket.connect": "it needs the network",
    "socket.bind": "it needs the network",
    "socket.sendto": "it needs the network",
    "socket.getaddrinfo": "it needs the network",
    "socket.gethostbyname": "it needs the network",
    "socket.gethostbyaddr": "it needs the network",
    "os.chown": "it changes files outside of its folder",
    "os.mknod": "it changes files outside of its folder",
    "webbrowser.open": "it opens a browser",
    "builtins.breakpoint": "it starts a debugger",
    "builtins.input": "it reads from the keyboard",
    "pdb.Pdb": "it starts a debugger",
}
PATHS = {
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.mkdir": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.utime": 1,
    "os.chflags": 1,
    "os.setxattr": 1,
    "os.chdir": 1,
    "shutil.rmtree": 1,
    "sqlite3.connect": 1,
}
MOVES = {"os.chdir": "it changes the working directory"}
"""What changes no file, but what relative paths mean."""
PLAYGROUNDS = ("home", "tmp", "tmp_path", "elsewhere")
"""The folders of the scratch folder that calls see."""
CHANGEABLE = ("tmp", "tmp_path")
"""Those that they may change, by an absolute path: a relative one would mean the user's own working
directory when the test runs there, and home the user's home."""
BESIDE_FOLDERS = frozenset({"os.remove", "os.rmdir"})
"""What `shutil.rmtree` does with the names in a folder."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """The audit hook of this process; there is one, and it cannot be taken out again."""

    def __init__(self, scratch: str) -> None:
        real = os.path.realpath(scratch)
        self._inside = tuple(os.path.join(real, name, "") for name in CHANGEABLE)
        self.active = False
        self.tripped: str | None = None
        """The reason of the last refusal."""
        self.touched = False
        """Some file was opened for writing, or a folder was changed."""

    def install(self) -> None:
        """Hook into the interpreter; nothing is refused before `active` is set."""
        sys.addaudithook(self._audit)

    def forget(self) -> None:
        """Begin anew: nothing was refused or touched yet."""
        self.tripped = None
        self.touched = False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event == "open":
            self._check_open(arguments)
        elif event in REFUSED:
            self._refuse(REFUSED[event], event)
        elif event in PATHS:
            self.touched = True
            # A name beside the descriptor of its folder was checked with that folder.
            beside_folder = any(isinstance(other, int) and other >= 0 for other in arguments[-2:])
            for path in arguments[: PATHS[event]]:
                self._check_path(path, event, beside_folder and event in BESIDE_FOLDERS)

    def _check_open(self, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else False
        if writes or (isinstance(flags, int) and flags & WRITING):
            self.touched = True
            self._check_path(path, "open")

    def _check_path(self, path: str | bytes | int, event: str, beside_folder: bool = False) -> None:
        if isinstance(path, int) or path in ("", ":memory:", b"", os.devnull):
            return
        try:
            if not os.path.isabs(os.fsdecode(path)):
                if not beside_folder:
                    self._refuse("it changes files of the working directory", event)
                return
            folder, name = os.path.split(os.path.abspath(os.fsdecode(path)))
        except (TypeError, ValueError):
            return
        real = os.path.join(os.path.realpath(folder), name)
        if not os.path.join(real, "").startswith(self._inside):
            self._refuse("it changes files outside of its folder", event)

    def _refuse(self, reason: str, event: str) -> None:
        self.tripped = MOVES.get(event, reason)
        raise PermissionError(f"refused while exploring: {event}")
