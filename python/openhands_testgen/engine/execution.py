"""Who answers the calls of an execution engine? The engine of a generator: all is passed on."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Self, cast

from .._arrival import arrival
from .._blocking import run_blocking
from ..config import OpenHandsIntegrationConfig
from ..exceptions import ConfigurationError, InvalidRequestError, QueueFullError, TaskNotFoundError
from ..generator import OpenHandsTestGenerator
from ..types import EngineStats, QueueStats, TaskStatus
from .queue import TaskQueue
from .queued_task import UNIT_TEST, QueuedTask

_QUEUE_SIZE = 100_000
_AGENT_TASK = "agent_task"


class ExecutionEngine:
    """Runs tasks in the background; a view on the engine of the configuration's store.

    Two on one store share that engine, and its limits are those of the first.

    Args:
        config: The settings; see `OpenHandsIntegrationConfig`.
        queue_size: How many tasks may wait. By default what the settings say, and 100,000 where
            they set no limit.
        max_concurrent_tasks: How many tasks run at once. By default the setting `workers`, 3.
    """

    def __init__(
        self,
        config: OpenHandsIntegrationConfig,
        queue_size: int | None = None,
        max_concurrent_tasks: int | None = None,
    ) -> None:
        """Makes an engine; nothing is opened or run yet."""
        given: object = config
        if not isinstance(given, OpenHandsIntegrationConfig):
            message = f"config must be an OpenHandsIntegrationConfig, not {given!r:.80}"
            raise ConfigurationError(message)
        size = queue_size if queue_size is not None else (config.queue_size or _QUEUE_SIZE)
        workers = max_concurrent_tasks if max_concurrent_tasks is not None else config.workers
        self.config = replace(config, queue_size=size, workers=workers)
        self._generator = OpenHandsTestGenerator(self.config)

    @classmethod
    def of_generator(cls, generator: OpenHandsTestGenerator) -> Self:
        """The view on the engine that a generator uses."""
        view = cls.__new__(cls)
        view.config = generator.config
        view._generator = generator
        return view

    @property
    def queue_size(self) -> int:
        """How many tasks may wait; 0 is no limit."""
        return cast("int", self.config.queue_size)

    @property
    def max_concurrent_tasks(self) -> int:
        """How many tasks this process runs at once."""
        return cast("int", self.config.workers)

    @cached_property
    def queue(self) -> TaskQueue:
        """The tasks of this engine."""
        return TaskQueue(self)

    async def start(self) -> None:
        """Starts the engine now rather than at the first call. Idempotent."""
        await self._generator.start()

    async def stop(self) -> None:
        """Ends this view's use of the engine. Idempotent; the last user stops it."""
        await self._generator.stop()

    async def submit_task(self, task: QueuedTask) -> str:
        """Submits a task and returns its id, which is written into the task too.

        A task that was submitted before is not submitted again: its id is answered.

        Raises:
            QueueFullError: ``Task queue is full``; nothing was stored.
            InvalidRequestError: A field names something impossible; nothing was stored.
        """
        task.check()
        if task.status != TaskStatus.PENDING:
            return await self._known(task)
        try:
            task.task_id = await self._keep(task)
        except QueueFullError as error:
            raise QueueFullError("Task queue is full") from error
        task.status = TaskStatus.QUEUED
        return task.task_id

    async def get_task_status(self, task_id: str) -> QueuedTask | None:
        """A task as it stands, with its result once it has ended; ``None`` for an unknown id."""
        try:
            status = await self._generator.get_task_status(task_id)
            result = None
            if status["status"].is_final:
                answer = await self._generator.get_test_generation_results(task_id, 0)
                result = answer["result"]
        except TaskNotFoundError:
            return None
        return QueuedTask.of_status(status, result, cast("int", self.config.max_retries))

    async def get_queue_stats(self) -> EngineStats:
        """How many tasks there are, by status, and how many may wait."""
        stats = await self._generator.get_queue_stats()
        return {
            "total_tasks": stats["total_tasks"],
            "pending": stats["pending"],
            "queued": stats["queued"],
            "running": stats["running"],
            "completed": stats["completed"],
            "failed": stats["failed"],
            "cancelled": stats["cancelled"],
            "queue_size": stats["queue_size"],
            "max_size": self.queue_size,
        }

    def get_metrics_summary(self) -> dict[str, Any]:
        """Figures of what ended, from the store: it waits for one read of it.

        Returns:
            ``system`` with `total_tasks`, `completed_tasks`, `failed_tasks`, `success_rate` (0 to
            1) and `mean_completion_seconds`, unknown is ``None``; ``models``, by model: `runs`,
            `successes`, `rate_limits`, `cost_usd` and `success_rate`.
        """
        return _summary(run_blocking(self._generator.get_queue_stats))

    async def _known(self, task: QueuedTask) -> str:
        """The id of a task that says that it was submitted before."""
        if await self.get_task_status(task.task_id) is not None:
            return task.task_id
        message = f"status: must be pending for a task that is new, not {task.status!s:.40}"
        raise InvalidRequestError(message)

    async def _keep(self, task: QueuedTask) -> str:
        metadata = task.stored_metadata()
        terms = (task.task_id or None, (), None, task.max_retries, ())
        engine = self._generator._engine
        if task.task_type != UNIT_TEST:
            payload = task.errand(metadata)
            answer = engine.submit(_AGENT_TASK, payload, task.priority, None, metadata, terms)
            return cast("str", await arrival(answer))
        module = metadata.pop("module_path", None) or task.target_file
        if module is None:
            message = "target_file: a unit_test needs the module to test; it is None"
            raise InvalidRequestError(message)
        output = metadata.pop("output_path", None)
        threshold = metadata.pop("coverage_threshold", 80)
        answer = engine.submit_test_generation(
            module, output, threshold, task.priority, None, False, None, metadata, terms
        )
        return cast("str", await arrival(answer))


def _summary(stats: QueueStats) -> dict[str, Any]:
    failure_rate = stats["failure_rate"]
    return {
        "system": {
            "total_tasks": stats["total_tasks"],
            "completed_tasks": stats["completed"],
            "failed_tasks": stats["failed"],
            "success_rate": None if failure_rate is None else 1.0 - failure_rate,
            "mean_completion_seconds": stats["mean_completion_seconds"],
        },
        "models": {
            model: {**figures, "success_rate": _share(figures["successes"], figures["runs"])}
            for model, figures in stats["models"].items()
        },
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
