"""What does a handler of a user's own kind get? The `TaskContext` of the attempt that it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
_LEVELS = ("debug", "info", "warning", "error")
_LONGEST_TEXT = 2_000


class TaskContext:
    """One attempt at one task: what it is, and a way to say how it goes.

    Nothing need be done to stay alive: the engine itself keeps the task's lease.

    Attributes:
        task_id: The id that submit returned.
        attempt: Which attempt this is, from 1; what died or was given back may have begun the work.
        metadata: The submission's own notes.
    """

    __slots__ = ("_link", "attempt", "metadata", "task_id")

    def __init__(self, task_id: str, attempt: int, metadata: dict[str, Any], link: Link) -> None:
        """A context that reports through `link`: the engine's own, or one of a test."""
        self.task_id = task_id
        self.attempt = attempt
        self.metadata = metadata
        self._link = link

    @property
    def cancelled(self) -> bool:
        """Whether the attempt is to stop: cancelled, out of time, or its process ends.

        An ``async def`` gets `asyncio.CancelledError` besides; a function in a process of its own
        is killed before it could ask.
        """
        return self._link.cancelled

    def progress(self, message: str, done: int | None = None, total: int | None = None) -> None:
        """Says how far the work is: the ``progress`` of the task's status.

        Only the newest is kept, a few times a second.

        Args:
            message: One line for people.
            done: How much is done, from 0.
            total: How much there is to do.
        """
        self._link.progress(readable(str(message)), _count("done", done), _count("total", total))

    def log(self, message: str, level: LogLevel = "info") -> None:
        """Writes a line to the log of the engine, with the task's id."""
        if level not in _LEVELS:
            raise ValueError(f"level must be one of {', '.join(_LEVELS)}, not {level!r}")
        self._link.log(readable(str(message)), level)


class Link(Protocol):
    """The way from a context to the engine."""

    @property
    def cancelled(self) -> bool:
        """Whether the attempt is to stop."""

    def progress(self, message: str, done: int | None, total: int | None) -> None:
        """Passes on how far the work is."""

    def log(self, message: str, level: str) -> None:
        """Passes on a line."""


AsyncHandler: TypeAlias = Callable[[TaskContext, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Runs on the handler thread's event loop."""

FunctionHandler: TypeAlias = Callable[[TaskContext, dict[str, Any]], dict[str, Any]]
"""Runs in a process of its own."""

Handler: TypeAlias = AsyncHandler | FunctionHandler


_Marked = TypeVar("_Marked", bound=Handler)


def handler(kind: str) -> Callable[[_Marked], _Marked]:
    """Marks a function as the handler of a kind of tasks.

    ``openhands-testgen worker --handlers PACKAGE.MODULE`` runs tasks of all kinds that the module
    marks; `OpenHandsTestGenerator.register_handler` takes such a function like any other.

    Args:
        kind: A lower-case letter, then at most 63 of a-z, 0-9 and _; none of the engine's own.
    """

    def mark(function: _Marked) -> _Marked:
        vars(function)["__testgen_kind__"] = kind
        return function

    return mark


def describe(error: BaseException) -> str:
    """The type and the text of an exception, as the task's ``error`` has it."""
    try:
        text = str(error)
    except Exception:
        text = "(its text could not be made)"
    text = readable(text)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def readable(text: str) -> str:
    """The text with what no file and no database can hold, lone surrogates, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _count(name: str, number: int | None) -> int | None:
    if number is None:
        return None
    if type(number) is not int or not 0 <= number < 2**63:
        raise ValueError(f"{name} must be a whole number from 0 on, not {number!r}")
    return number
