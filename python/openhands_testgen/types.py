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
    threshold_met, mutation, agent, fallback, filled, stopped, model, iterations, left_out,
    verification, usage, duration_seconds, source_sha256, test_sha256``, and ``files`` where the
    project travelled; what is not known is ``None``, never 0. For ``agent_task`` it holds
    ``message, files, patch, left_out, applied, verified, workspace, agent, model, stopped, usage,
    duration_seconds``.
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


class TaskEvent(TypedDict):
    """What `watch_task` yields: one move or one step of progress of a task."""

    number: int
    """From 1, the submission, without gaps."""
    event: str
    """``status``, ``progress``, ``log`` or ``cancel_requested``."""
    time: str
    """ISO 8601 in UTC."""
    status: TaskStatus
    """Where the task stood right after it."""
    attempt: int
    """Attempts so far."""
    error: str | None
    """Why the last attempt, or the task, failed; with ``status``."""
    error_kind: str | None
    progress: ProgressDict | None
    """With ``progress``."""
    level: str | None
    """``debug``, ``info``, ``warning`` or ``error``; with ``log``."""
    message: str | None
    """With ``log``."""


class DepthByPriority(TypedDict):
    """How many tasks wait for a worker, by priority."""

    critical: int
    high: int
    normal: int
    low: int


class ModelFigures(TypedDict):
    """How one model fared, since the store was made."""

    runs: int
    """Attempts of tasks in which it worked, but for those that were stopped from outside."""
    successes: int
    """Those that came to what was asked for, with this model at work last."""
    rate_limits: int
    """How often its provider asked to slow down, or its account was used up."""
    cost_usd: float | None
    """As far as it was known; ``None`` where it never was."""


class QueueStats(TypedDict):
    """How the queue is: counts of what is there, and figures of what ended lately."""

    total_tasks: int
    pending: int
    queued: int
    running: int
    completed: int
    failed: int
    cancelled: int
    queue_size: int
    """What waits: ``pending + queued``."""
    queued_by_priority: DepthByPriority
    oldest_queued_seconds: float | None
    """How long the task that waits longest for a worker has been there."""
    workers: int
    """Living processes that run tasks."""
    created_last_minute: int
    mean_completion_seconds: float | None
    """From claim to completion, of the last 1,000 tasks that ended."""
    failure_rate: float | None
    """Of the same: failed among completed and failed, 0 to 1."""
    models: dict[str, ModelFigures]
    """How the models of agents fared, by their ids."""
    cleaned_up: int
    """Final tasks deleted after their retention, since the store was made."""


class EngineStats(TypedDict):
    """What the engine-level `get_queue_stats` and `get_stats` answer."""

    total_tasks: int
    pending: int
    queued: int
    running: int
    completed: int
    failed: int
    cancelled: int
    queue_size: int
    """What waits."""
    max_size: int
    """How many tasks may wait; 0 is no limit."""
