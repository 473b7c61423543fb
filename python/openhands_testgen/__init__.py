"""Verified unit tests from AI coding agents, awaited from asyncio code.

Names are imported when they are first used (PEP 562): importing asyncio alone would double the
start of the command, and so would typing.

PYTEST_DONT_REWRITE: there are no assertions here for pytest to rewrite.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name, and take it for true

if TYPE_CHECKING:
    from ._core import __version__
    from .config import OpenHandsIntegrationConfig, SecretStr
    from .engine import ResultValidator
    from .exceptions import (
        ConfigurationError,
        EngineClosedError,
        InvalidRequestError,
        OpenHandsTestGenError,
        QueueFullError,
        RetryableError,
        StoreError,
        SubmissionError,
        TaskNotFoundError,
    )
    from .generator import OpenHandsTestGenerator
    from .handlers import TaskContext
    from .types import (
        GenerationResult,
        QueueStats,
        TaskEvent,
        TaskPage,
        TaskPriority,
        TaskStatus,
        TaskStatusDict,
    )

_HOME = {
    "ConfigurationError": "exceptions",
    "EngineClosedError": "exceptions",
    "GenerationResult": "types",
    "InvalidRequestError": "exceptions",
    "OpenHandsIntegrationConfig": "config",
    "OpenHandsTestGenError": "exceptions",
    "OpenHandsTestGenerator": "generator",
    "QueueFullError": "exceptions",
    "QueueStats": "types",
    "ResultValidator": "engine",
    "RetryableError": "exceptions",
    "SecretStr": "config",
    "StoreError": "exceptions",
    "SubmissionError": "exceptions",
    "TaskContext": "handlers",
    "TaskNotFoundError": "exceptions",
    "TaskEvent": "types",
    "TaskPage": "types",
    "TaskPriority": "types",
    "TaskStatus": "types",
    "TaskStatusDict": "types",
    "__version__": "_core",
}

__all__ = [
    "ConfigurationError",
    "EngineClosedError",
    "GenerationResult",
    "InvalidRequestError",
    "OpenHandsIntegrationConfig",
    "OpenHandsTestGenError",
    "OpenHandsTestGenerator",
    "QueueFullError",
    "QueueStats",
    "ResultValidator",
    "RetryableError",
    "SecretStr",
    "StoreError",
    "SubmissionError",
    "TaskContext",
    "TaskEvent",
    "TaskNotFoundError",
    "TaskPage",
    "TaskPriority",
    "TaskStatus",
    "TaskStatusDict",
    "__version__",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
