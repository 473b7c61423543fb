"""The helper threads of the event-loop bridge: log lines, and loops that cannot watch a descriptor.

They wait inside `os.read`, in Python: a daemon thread that the exit of the interpreter finds there
does no harm.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import select
import sys
import threading

from . import _core

_LOGGER = logging.getLogger("openhands_testgen.engine")
_prepared = threading.Event()


def prepare_process() -> None:
    """Hooks the engine into this process's life, once: fork, exit and logging."""
    if _prepared.is_set():
        return
    _prepared.set()
    os.register_at_fork(
        before=_core.before_fork,
        after_in_parent=_core.after_fork_in_parent,
        after_in_child=_start_anew,
    )
    atexit.register(_shut_down)
    _forward_logs()


def _forward_logs() -> None:
    threading.Thread(
        target=_read_logs, args=(_core.log_signal(),), name="openhands-testgen-logs", daemon=True
    ).start()


def _read_logs(signal: int) -> None:
    while os.read(signal, 64):
        _emit_logs()


def _emit_logs() -> None:
    for level, text in _core.take_logs():
        _LOGGER.log(level, text)


def _start_anew() -> None:
    _core.after_fork_in_child()
    if thread := sys.modules.get(f"{__package__}._handler_thread"):
        thread.start_anew()
    _forward_logs()


def _shut_down() -> None:
    unfinished = _core.shutdown()
    if thread := sys.modules.get(f"{__package__}._handler_thread"):
        thread.end()
    _emit_logs()
    for line in unfinished:
        _LOGGER.warning(line)


def wake_loop(loop: asyncio.AbstractEventLoop, mailbox: _core.Mailbox) -> None:
    """Empties a mailbox for a loop without `add_reader`, in a thread that ends with the loop."""
    threading.Thread(
        target=_watch, args=(loop, mailbox), name="openhands-testgen-bridge", daemon=True
    ).start()


def _watch(loop: asyncio.AbstractEventLoop, mailbox: _core.Mailbox) -> None:
    while not loop.is_closed():
        ready, _, _ = select.select([mailbox.fileno()], [], [], 1.0)
        if not ready:
            continue
        drained = threading.Event()

        def drain(drained: threading.Event = drained) -> None:
            try:
                mailbox.drain()
            finally:
                drained.set()

        try:
            loop.call_soon_threadsafe(drain)
        except RuntimeError:
            return
        while not drained.wait(1.0) and not loop.is_closed():
            pass
