"""Finds and moves the clock: a test that only holds today must not be written."""

from __future__ import annotations

import datetime
import itertools
import time
from collections.abc import Callable

from .patience import read_by_event_loop

READERS = {
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime",
    "gmtime", "ctime", "strftime", "now", "today", "utcnow", "process_time",
}  # fmt: skip


def reads_clock(function: object) -> bool:
    """Tell whether a built-in function asks for the time."""
    if getattr(function, "__name__", "") not in READERS:
        return False
    owner = getattr(function, "__self__", None)
    return owner is time or (isinstance(owner, type) and issubclass(owner, datetime.date))


def shift(seconds: int) -> None:
    """Move all clocks of this process ahead and make them run fast, before the project is imported.

    Each look at a clock finds it a second later, as on a machine that is very busy.
    """
    for name in ("time", "monotonic", "perf_counter"):
        _shift_function(name, seconds, 1)
        _shift_function(f"{name}_ns", seconds * 10**9, 10**9)
    for name in ("localtime", "gmtime"):
        _shift_calendar(name)
    delta = datetime.timedelta(seconds=seconds)
    for kind in (datetime.datetime, datetime.date):
        setattr(datetime, kind.__name__, _shifted(kind, delta))


def _shift_function(name: str, amount: int, step: int) -> None:
    original: Callable[[], float] = getattr(time, name)
    looks = itertools.count(1)

    def read() -> float:
        if read_by_event_loop():
            return original()
        return original() + amount + next(looks) * step

    setattr(time, name, read)


def _shift_calendar(name: str) -> None:
    original = getattr(time, name)
    setattr(time, name, lambda seconds=None: original(time.time() if seconds is None else seconds))


class _Same(type):
    """Makes the real class and its stand-in instances of each other."""

    real: type

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.real)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls.real)


def _shifted(real: type, delta: datetime.timedelta) -> type:
    def move(name: str) -> object:
        original = getattr(real, name)
        return staticmethod(lambda *zone, **zones: original(*zone, **zones) + delta)

    body = {name: move(name) for name in ("now", "today", "utcnow") if hasattr(real, name)}
    return _Same(real.__name__, (real,), {**body, "real": real, "__module__": "datetime"})
