"""What a child process was doing when it died: an append-only file, one line before each call.

Lines: `! <digest> <target>` about to call; `. ` a sign of life between calls. A file position that
stands still means that the child hangs.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def digest(text: str) -> str:
    """Return a short name of a call, the same in every process."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Journal:
    """The writing end, in the child. Written without buffering, so that a crash loses nothing."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def about_to(self, text: str, target: str) -> None:
        """Say which call comes next."""
        os.write(self._descriptor, f"! {digest(text)} {target}\n".encode())

    def alive(self) -> None:
        """Say that no call is running, but work goes on."""
        os.write(self._descriptor, b". \n")


def read_calls(path: str) -> list[tuple[str, str]]:
    """Return `(digest, target)` of every call so far, oldest first."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [
        (parts[1], parts[2])
        for line in text.splitlines()
        if len(parts := line.split(" ", 2)) == 3 and parts[0] == "!"
    ]


def interrupted_call(path: str) -> tuple[str, str] | None:
    """Return the call during which the child ended, if it ended during one."""
    try:
        last = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()[-1]
    except (FileNotFoundError, IndexError):
        return None
    parts = last.split(" ", 2)
    return (parts[1], parts[2]) if parts[0] == "!" and len(parts) == 3 else None
