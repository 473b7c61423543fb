"""A clock of the explorer's own: sleeping moves it, calls that ask to wait for too long are
stopped.

The limit counts what a call asks for, not what the real clock shows, so that a slow machine decides
the same. The event loop of asyncio keeps the real clock.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import sys
import time
from collections.abc import Callable
from typing import Any

MAX_SECONDS = 0.2
STEP_SECONDS = 0.0001
"""How far each look at a clock moves it."""
HURRIED_STEP_SECONDS = 2.0
Events = list[Any]
Select = Callable[[object, "float | None"], Events]
EPOCH = {"time": 1_700_000_000.0, "monotonic": 5_000.0, "perf_counter": 5_000.0}


class CallTimeout(KeyboardInterrupt):
    """The call did not end in time, or asked to wait for too long.

    Event loops swallow every other exception of a callback.
    """


class WaitsTooLong(CallTimeout):
    """The call asked to wait for too long, and was stopped before it did."""


class Sleeps:
    """Stands in for the clocks and for `sleep`; each call under test begins at the same time."""

    def __init__(self) -> None:
        self._asked_seconds = 0.0
        self._now = 0.0
        self._step_seconds = STEP_SECONDS
        self._limit_seconds = math.inf  # the import of the module has a limit of its own

    def begin(self, step_seconds: float) -> None:
        """Begin a call; from the first one on there is a limit."""
        self._step_seconds = step_seconds
        self._limit_seconds = MAX_SECONDS
        self._asked_seconds = self._now = 0.0

    def install(self) -> None:
        """Replace the functions; to be done before the project is imported."""
        module: Any = time
        tasks: Any = asyncio.tasks
        sleep, async_sleep = time.sleep, asyncio.sleep

        def counted_sleep(seconds: float) -> None:
            self._count(seconds)
            sleep(seconds)

        async def counted_async_sleep(delay: float, result: object = None) -> object:
            self._count(delay)
            return await async_sleep(delay, result)

        module.sleep = counted_sleep
        tasks.sleep = counted_async_sleep
        vars(asyncio)["sleep"] = counted_async_sleep
        selector: Any = selectors.DefaultSelector
        selector.select = self._patient_select(selector.select)
        for name, start in EPOCH.items():
            setattr(module, name, self._clock(getattr(time, name), start))

    def _clock(self, real: Callable[[], float], start: float) -> Callable[[], float]:
        def read() -> float:
            if read_by_event_loop():
                return real()
            self._now += self._step_seconds
            return start + self._now

        return read

    def _count(self, seconds: float) -> None:
        self._asked_seconds += max(float(seconds), 0.0)
        self._now += max(float(seconds), 0.0)
        if self._asked_seconds > self._limit_seconds:
            raise WaitsTooLong

    def _patient_select(self, select: Select) -> Select:
        """Return a `select` of an event loop that gives up where it would wait for too long."""

        def counted_select(selector: object, timeout: float | None = None) -> Events:
            if timeout is not None and timeout <= self._limit_seconds:
                return select(selector, timeout)
            if timeout is None and self._limit_seconds == math.inf:
                return select(selector, None)
            events = select(selector, self._limit_seconds if timeout is None else 0)
            if not events:
                raise WaitsTooLong
            return events

        return counted_select


def read_by_event_loop() -> bool:
    """Tell whether the caller's caller is asyncio itself."""
    name = sys._getframe(2).f_globals.get("__name__")
    return isinstance(name, str) and name.startswith(("asyncio", "selectors"))
