"""The record of a run: lines that follow from one another, so that none can be added or left out.

Each line is a seal, a blank and a JSON object. The seal is a digest of a secret, the seal before
and the object; the secret comes in a file that is gone before any code of the project runs. Whoever
reads the record with the same secret believes the lines up to the first that does not follow.
"""

import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable
from types import FrameType

#: Writes one line: the event, and its fields.
Write = Callable[..., None]


def open_journal(path: str, secret_path: str, written: frozenset[str]) -> Write:
    """Begins a record; `written` are the files of whose code no line may come.

    A forked child writes nothing. What code of those files tries to write is not written; that it
    tried, is.
    """
    secret = take(secret_path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    # Kept here, since a test may have a file system of its own under the names of the real one.
    add, getpid, get_ident = os.write, os.getpid, threading.get_ident
    process, thread = getpid(), get_ident()
    seal = b""

    def write(event: str, **fields: object) -> None:
        nonlocal seal
        if getpid() != process:
            return
        if get_ident() != thread or is_called_from(written):
            fields = {"event": "meddled", "test": None, "what": "writes into the record of the run"}
        else:
            fields = {"event": event, **fields}
        text = json.dumps(fields).encode("ascii")
        seal = hashlib.sha256(secret + seal + text + secret).hexdigest().encode("ascii")
        add(file, seal + b" " + text + b"\n")

    return write


def take(path: str) -> bytes:
    """What is in a file, which is gone afterwards; nothing where there is no file."""
    if not path:
        return b""
    with open(path, "rb") as file:
        secret = file.read()
    os.remove(path)
    return secret


def is_called_from(files: frozenset[str], within: str = "") -> bool:
    """Whether code of one of these files waits for the caller to return.

    With `within`, a folder, only the innermost code of that folder counts.
    """
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        file = frame.f_code.co_filename
        if file in files:
            return True
        if within and file.startswith(within):
            return False
        frame = frame.f_back
    return False
