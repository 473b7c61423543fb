"""Where do handlers that are coroutines run? On one thread a process, with a loop of its own.

So they outlive the `asyncio.run` that submitted their tasks. The engine's orders arrive at a desk
(`_core.HandlerDesk`), which wakes this loop as a mailbox wakes the caller's.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from typing import Any

from . import _core
from .exceptions import RetryableError
from .handlers import AsyncHandler, TaskContext, describe, readable

_LOGGER = logging.getLogger("openhands_testgen.handlers")
_STARTS_EAGERLY = sys.version_info >= (3, 12)
_END_SECONDS = 2.0

_lock = threading.Lock()
_current: _HandlerThread | None = None
_inherited: list[object] = []


class _HandlerThread:
    """A thread, its event loop, and the desk where its orders arrive."""

    def __init__(self) -> None:
        self._ending = False
        self._loop = asyncio.new_event_loop()
        self.desk = _core.HandlerDesk(self._start)
        self._thread = threading.Thread(
            target=self._run, name="openhands-testgen-handlers", daemon=True
        )
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.add_reader(self.desk.fileno(), self.desk.drain)
        while not self._ending:
            try:
                self._loop.run_forever()
            except BaseException:  # such as `sys.exit` in a task that a handler made
                _LOGGER.exception("a callback on the handler thread raised; the thread goes on")

    def _start(self, handler: AsyncHandler, assignment: _core.Assignment) -> asyncio.Task[None]:
        work = _attend(handler, assignment)
        if not _STARTS_EAGERLY:
            return self._loop.create_task(work)
        # The first step is taken at once: who waits for nothing costs no turn of the loop.
        options: dict[str, Any] = {"loop": self._loop, "eager_start": True}
        return asyncio.Task(work, **options)

    def end(self) -> None:
        """Ends the thread, unless a coroutine would not end: then both are left where they are."""
        if asyncio.all_tasks(self._loop):
            return
        self._ending = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_END_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()


async def _attend(handler: AsyncHandler, assignment: _core.Assignment) -> None:
    """Runs one attempt; whatever happens, it answers."""
    context = TaskContext(assignment.task_id, assignment.attempt, assignment.metadata, assignment)
    try:
        result = await handler(context, assignment.payload)
    except asyncio.CancelledError:
        assignment.stopped()
    except RetryableError as error:
        assignment.fail(describe(error), True, error.retry_after)
    except BaseException as error:
        trace = "".join(traceback.format_exception(error))
        assignment.log(readable(f"its handler raised\n{trace}"), "info")
        assignment.fail(describe(error), False, None)
    else:
        assignment.complete(result)
    finally:
        # Whatever went wrong on the way to an answer: the attempt ends.
        assignment.ended(None)


def desk() -> _core.HandlerDesk:
    """The desk of this process; the thread starts at the first call."""
    global _current
    with _lock:
        if _current is None:
            _current = _HandlerThread()
        return _current.desk


def end() -> None:
    """At exit: ends the thread, if there is one."""
    global _current
    with _lock:
        ending, _current = _current, None
    if ending is not None:
        ending.end()


def start_anew() -> None:
    """In a forked child: the thread is the parent's.

    Its loop must not even be closed: the two processes share what it waits on.
    """
    global _current, _lock
    _inherited.append(_current)
    _current = None
    _lock = threading.Lock()
