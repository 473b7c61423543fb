"""The engine in Rust. Public code uses `openhands_testgen`; this is its typed adapter."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, final

from .types import GenerationResult, QueueStats, TaskEvent, TaskPage, TaskStatusDict

__all__ = [
    "Engine",
    "Mailbox",
    "Pending",
    "__version__",
    "after_fork_in_child",
    "after_fork_in_parent",
    "before_fork",
    "log_signal",
    "main",
    "resolve_settings",
    "shutdown",
    "take_logs",
]

__version__: str

@final
class Pending:
    @property
    def future(self) -> asyncio.Future[object]: ...
    def abandon(self) -> None: ...

@final
class Mailbox:
    def fileno(self) -> int: ...
    def drain(self) -> None: ...

@final
class Engine:
    def __new__(cls, arguments: dict[str, Any]) -> Engine: ...
    def submit_test_generation(
        self,
        module_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str] | None,
        coverage_threshold: int,
        priority: int,
        timeout: float | None,
        overwrite: bool,
        max_iterations: int | None,
        metadata: Mapping[str, Any] | None,
        terms: tuple[str | None, Iterable[str], datetime | None] | None,
    ) -> str | Pending: ...
    def submit(
        self,
        kind: str,
        payload: Mapping[str, Any],
        priority: int,
        timeout: float | None,
        metadata: Mapping[str, Any] | None,
        terms: tuple[str | None, Iterable[str], datetime | None] | None,
    ) -> str | Pending: ...
    def status(self, task_id: str) -> TaskStatusDict | Pending: ...
    def results(self, task_id: str, timeout: float | None) -> GenerationResult | Pending: ...
    def cancel(self, task_id: str) -> TaskStatusDict | Pending: ...
    def retry(self, task_id: str) -> str | Pending: ...
    def list(
        self, status: str | None, kind: str | None, limit: int, cursor: str | None
    ) -> TaskPage | Pending: ...
    def events(self, task_id: str, after: int, timeout: float) -> Sequence[TaskEvent] | Pending: ...
    def stats(self) -> QueueStats | Pending: ...
    def start(self) -> Pending | None: ...
    def stop(self, grace_seconds: float) -> Pending | None: ...

def main(arguments: list[str]) -> int: ...
def resolve_settings(
    arguments: dict[str, Any], read_environment: bool
) -> tuple[dict[str, Any], str | None]: ...
def before_fork() -> None: ...
def after_fork_in_parent() -> None: ...
def after_fork_in_child() -> None: ...
def shutdown() -> list[str]: ...
def take_logs() -> list[tuple[int, str]]: ...
def log_signal() -> int: ...
