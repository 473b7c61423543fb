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


class ConfigurationError(ValueError):
    """A setting does not hold; the message names it, its value, its origin and the remedy."""
