"""What of a queue do callers see? A view on the tasks of an engine; nothing is queued here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import EngineStats
from .queued_task import QueuedTask

if TYPE_CHECKING:
    from .execution import ExecutionEngine


class TaskQueue:
    """The tasks of one `ExecutionEngine`, by the names that queues have."""

    def __init__(self, engine: ExecutionEngine) -> None:
        """A view on the tasks of `engine`."""
        self._engine = engine

    @property
    def max_size(self) -> int:
        """How many tasks may wait; 0 is no limit."""
        return self._engine.queue_size

    async def enqueue(self, task: QueuedTask) -> str:
        """Submits a task and returns its id.

        Raises:
            QueueFullError: ``Task queue is full``; nothing was stored.
        """
        return await self._engine.submit_task(task)

    async def get_task(self, task_id: str) -> QueuedTask | None:
        """A task as it stands; ``None`` where no task has this id."""
        return await self._engine.get_task_status(task_id)

    async def get_stats(self) -> EngineStats:
        """How many tasks there are, by status, and how many may wait."""
        return await self._engine.get_queue_stats()
