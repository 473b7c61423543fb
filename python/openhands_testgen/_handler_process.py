"""How does a plain function run in a process of its own? Found by its name, in a fresh interpreter.

`function_of` looks at a function where it is registered; `main` is what the fresh interpreter runs:
it makes a session of its own, reads its job from the socket that is its standard input, and reports
through it, a line of JSON each.
"""

from __future__ import annotations

import inspect
import json
import math
import os
import pickle
import signal
import socket
import sys
import threading
import traceback
from multiprocessing import spawn
from pathlib import Path
from typing import Any, BinaryIO, cast

from . import _core
from .exceptions import InvalidRequestError, RetryableError
from .handlers import FunctionHandler, Handler, TaskContext, describe, readable

_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from openhands_testgen._handler_process import main; main()"
)


def function_of(handler: Handler) -> tuple[list[str], str] | None:
    """A command that waits for a job, and what it finds the function by.

    Returns:
        ``None`` for a coroutine function, which needs no process.

    Raises:
        InvalidRequestError: It is not callable, or cannot be found by its module and name.
    """
    if not callable(handler):
        raise InvalidRequestError(f"handler: must be a function, not {handler!r}")
    if _is_coroutine_function(handler):
        return None
    executable = spawn.get_executable()
    if not executable:
        raise InvalidRequestError("handler: no interpreter is known to run it (sys.executable)")
    package_parent = str(Path(__file__).parent.parent)
    command = [os.fsdecode(executable), "-P", "-c", _BOOT, package_parent]
    return command, _reference(handler).hex()


def _is_coroutine_function(handler: Handler) -> bool:
    call = getattr(handler, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)


def _reference(handler: Handler) -> bytes:
    """What `_load` reads: how to prepare an interpreter, and the pickled function."""
    name = getattr(handler, "__qualname__", repr(handler))
    try:
        function = pickle.dumps(handler)
    except Exception as error:
        raise InvalidRequestError(
            f"handler: {name} runs in a process of its own, which cannot find it by its module and"
            f" name: define it at the top of a module, or make it `async def` ({describe(error)})"
        ) from error
    preparation = _preparation(needs_main=b"__main__" in function)
    if preparation is None:
        raise InvalidRequestError(
            f"handler: {name} runs in a process of its own, which cannot find what was typed at a"
            " prompt or given with -c: define it in a module, or make it `async def`"
        )
    return pickle.dumps((preparation, function))


def _preparation(needs_main: bool) -> dict[str, object] | None:
    """What `multiprocessing.spawn.prepare` reads; ``None`` when the main program has no file.

    Its own `get_preparation_data` would settle the start method of the whole process.
    """
    here = Path.cwd()
    preparation: dict[str, object] = {
        "sys_argv": sys.argv,
        "sys_path": [str(here / entry) for entry in sys.path],
    }
    if needs_main:
        # The main program is run again, as with `multiprocessing`: the function is part of it.
        main = sys.modules["__main__"]
        if main.__spec__ is not None:
            preparation["init_main_from_name"] = main.__spec__.name
        elif getattr(main, "__file__", None) is not None:
            preparation["init_main_from_path"] = str(here / str(main.__file__))
        else:
            return None
    return preparation


# --- in the fresh interpreter --------------------------------------------------------------------


class _Line:
    """The way from a context to the engine: a line of JSON on the socket."""

    cancelled = False
    """Never seen: whoever is to stop is killed."""

    def __init__(self, channel: BinaryIO) -> None:
        self._channel = channel
        self._lock = threading.Lock()

    def say(self, what: str, content: object) -> None:
        line = json.dumps({what: content}, allow_nan=False).encode() + b"\n"
        with self._lock:
            self._channel.write(line)
            self._channel.flush()

    def progress(self, message: str, done: int | None, total: int | None) -> None:
        self.say("progress", {"message": message, "done": done, "total": total})

    def log(self, message: str, level: str) -> None:
        self.say("log", {"level": level, "message": message})

    def fail(self, kind: str, message: str, retry_after: float | None = None) -> None:
        is_time = retry_after is not None and math.isfinite(retry_after)
        after = retry_after if is_time else None
        self.say("failure", {"kind": kind, "message": message, "retry_after": after})


def main() -> None:
    """Does one job and says what it came to."""
    os.setsid()
    # A copy that no child of ours inherits; what the function starts finds nothing to read.
    channel = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    heard = channel.makefile("rb")
    job = json.loads(heard.readline())
    _end_with(job["parent"])
    threading.Thread(target=_wait_for_end, args=(heard,), daemon=True).start()
    _do(job, _Line(channel.makefile("wb")))


def _do(job: dict[str, Any], line: _Line) -> None:
    try:
        handler = _load(bytes.fromhex(job["function"]))
    except BaseException as error:
        reason = describe(error)
        line.fail("config", f"the handler could not be loaded in a process of its own: {reason}")
        return
    context = TaskContext(job["task_id"], job["attempt"], job["metadata"], line)
    try:
        result = handler(context, job["payload"])
    except RetryableError as error:
        line.fail("transient", describe(error), error.retry_after)
    except BaseException as error:
        line.log(readable(f"its handler raised\n{traceback.format_exc()}"), "info")
        line.fail("internal", describe(error))
    else:
        _answer(line, result)


def _load(reference: bytes) -> FunctionHandler:
    preparation, function = pickle.loads(reference)
    spawn.prepare(preparation)
    return cast("FunctionHandler", pickle.loads(function))


def _answer(line: _Line, result: object) -> None:
    refused = "the handler must return a dict of plain values (as JSON has them):"
    if not isinstance(result, dict):
        line.fail("internal", f"{refused} it is of type {type(result).__qualname__}")
        return
    try:
        # By the rules, and in the words, that hold for a coroutine.
        text = _core.plain_json(result)
    except ValueError as error:
        line.fail("internal", f"{refused} result{error}")
    else:
        line.say("result", json.loads(text))


def _end_with(parent: int) -> None:
    """Asks the kernel to end this process when the thread that started it ends."""
    if sys.platform == "linux":
        try:
            import ctypes
        except ImportError:
            return  # the end of the conversation says it too
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(0, signal.SIGKILL)


def _wait_for_end(heard: BinaryIO) -> None:
    """Ends the whole session when the engine's process is gone."""
    heard.read()
    os.kill(0, signal.SIGKILL)
