"""What can a call raise? A *failed task* is never an exception: its result says ``success: False``.

All but `ConfigurationError` are `RuntimeError`, as callers of the original integration expect. A
wait that ends before its task raises the builtin `TimeoutError`.
"""

from __future__ import annotations


class OpenHandsTestGenError(RuntimeError):
    """The base of what the engine raises."""


class TaskNotFoundError(OpenHandsTestGenError):
    """No task has this id: never submitted to this store, or removed after its retention."""


class StoreError(OpenHandsTestGenError):
    """The store cannot be used; the message names the file and the way out."""


class SubmissionError(OpenHandsTestGenError):
    """A task could not be submitted; nothing was stored."""


class InvalidRequestError(SubmissionError, ValueError):
    """An argument names something impossible; the message names it, its value and the remedy."""


class QueueFullError(SubmissionError):
    """The queue has reached its size."""


class EngineClosedError(SubmissionError):
    """The generator or its engine is stopped: start it again, or make a new one."""


class RetryableError(OpenHandsTestGenError):
    """Raised *by a handler*: this attempt did not work, and another one may.

    The task is retried with back-off, as often as its settings say (`max_retries`).

    Args:
        message: Why it did not work.
        retry_after: At least so many seconds until the next attempt.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Says why, and how long to wait."""
        super().__init__(message)
        self.retry_after = None if retry_after is None else float(retry_after)


class ConfigurationError(ValueError):
    """A setting does not hold; the message names it, its value, its origin and the remedy."""
