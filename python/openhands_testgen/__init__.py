"""Verified unit tests from AI coding agents, awaited from asyncio code.

Names are imported when they are first used (PEP 562): importing asyncio alone would double the
start of the command, and so would typing.

PYTEST_DONT_REWRITE: there are no assertions here for pytest to rewrite.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name, and take it for true

if TYPE_CHECKING:
    from ._core import __version__
    from .circuit_breaker import CircuitBreaker, CircuitState
    from .clients import (
        DockerOpenHandsClient,
        OpenHandsAdapter,
        OpenHandsClient,
        OpenHandsTaskResult,
    )
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
    from .handlers import TaskContext, handler
    from .types import (
        GenerationResult,
        ModelFigures,
        QueueStats,
        TaskEvent,
        TaskPage,
        TaskPriority,
        TaskStatus,
        TaskStatusDict,
    )

_HOME = {
    "CircuitBreaker": "circuit_breaker",
    "CircuitState": "circuit_breaker",
    "ConfigurationError": "exceptions",
    "DockerOpenHandsClient": "clients",
    "EngineClosedError": "exceptions",
    "GenerationResult": "types",
    "InvalidRequestError": "exceptions",
    "ModelFigures": "types",
    "OpenHandsAdapter": "clients",
    "OpenHandsClient": "clients",
    "OpenHandsIntegrationConfig": "config",
    "OpenHandsTaskResult": "clients",
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
    "handler": "handlers",
}

__all__ = [
    "CircuitBreaker",
    "CircuitState",
    "ConfigurationError",
    "DockerOpenHandsClient",
    "EngineClosedError",
    "GenerationResult",
    "InvalidRequestError",
    "ModelFigures",
    "OpenHandsAdapter",
    "OpenHandsClient",
    "OpenHandsIntegrationConfig",
    "OpenHandsTaskResult",
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
    "handler",
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
