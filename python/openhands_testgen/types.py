"""What do answers look like? Plain dicts, declared here."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any, TypedDict


class TaskStatus(StrEnum):
    """Where a task stands. Compares equal to its lower-case name."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing can change any more."""
        return self in _FINAL


_FINAL = frozenset({TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED})


class TaskPriority(IntEnum):
    """Who goes first: strictly, lower numbers before higher ones."""

    CRITICAL = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3


class ProgressDict(TypedDict):
    """How far a running attempt is."""

    stage: str
    """``preparing``, ``agent``, ``verifying`` or ``publishing``; ``working`` in your handlers."""
    message: str
    """One line for people."""
    iteration: int
    """Which iteration, from 1."""
    max_iterations: int
    """How many there may be."""
    done: int | None
    """How much a handler of your own has done, if it counts."""
    total: int | None
    """How much it has to do, if it knows."""


class TaskStatusDict(TypedDict):
    """What `get_task_status` answers. Times are ISO 8601 in UTC."""

    task_id: str
    kind: str
    status: TaskStatus
    priority: int
    created_at: str
    started_at: str | None
    completed_at: str | None
    error: str | None
    error_kind: str | None
    retry_count: int
    attempt: int
    worker: str | None
    progress: ProgressDict | None
    metadata: dict[str, Any]


class GenerationResult(TypedDict):
    """What `get_test_generation_results` answers; the same each time it is read.

    For ``generate_tests``, ``result`` holds ``test_file, tests, coverage, coverage_threshold,
    threshold_met, agent, fallback, model, iterations, left_out, verification, usage,
    duration_seconds, source_sha256, test_sha256``; what is not known is ``None``, never 0.
    """

    success: bool
    task_id: str
    result: dict[str, Any] | None
    error: str | None
    error_kind: str | None
    module_path: str | None
    output_path: str | None


class TaskPage(TypedDict):
    """One page of a listing, newest first."""

    tasks: list[TaskStatusDict]
    next_cursor: str | None


class QueueStats(TypedDict):
    """How many tasks there are, by status."""

    total_tasks: int
    pending: int
    queued: int
    running: int
    completed: int
    failed: int
    cancelled: int
    queue_size: int
