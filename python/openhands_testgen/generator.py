"""Hand "write tests for this module" to an agent, go on, and collect a verified result."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from . import _core, _helper
from ._arrival import arrival
from ._first_look import engine_of
from .circuit_breaker import OPEN, CircuitBreaker, CircuitState
from .config import OpenHandsIntegrationConfig
from .handlers import Handler
from .types import (
    GenerationResult,
    QueueStats,
    TaskEvent,
    TaskPage,
    TaskPriority,
    TaskStatusDict,
)

if TYPE_CHECKING:
    from .engine import ExecutionEngine, ResultValidator

    Terms = tuple[str | None, Iterable[str], datetime | None, int | None, Iterable[str]]
    """What few submissions ask for: key, dependencies, time, retries, labels."""


class OpenHandsTestGenerator:
    """Submits test generation and collects results, from any event loop.

    No `start` is needed: the engine starts at the first call, one for each process and store,
    shared by all generators on it. Cancelling an *await* never cancels the task.

    Args:
        config: The settings; see `OpenHandsIntegrationConfig`.
        use_docker: Whether an agent that nobody chose may be one in Docker.
        circuit_breaker_name: The name under which failures of the provider are counted.
    """

    def __init__(
        self,
        config: OpenHandsIntegrationConfig,
        use_docker: bool = True,
        circuit_breaker_name: str = "openhands_test_generation",
    ) -> None:
        """Makes a generator; nothing is opened or run yet."""
        self.config = config
        self.use_docker = use_docker
        self.circuit_breaker_name = circuit_breaker_name
        engine = _core.Engine(config.to_arguments(), use_docker=use_docker)
        self._engine = engine_of(engine, self._keep_engine)
        _helper.prepare_process()

    def _keep_engine(self, engine: _core.Engine) -> None:
        self._engine = engine

    @classmethod
    def from_env(cls, use_docker: bool = True) -> Self:
        """A generator with the settings of the environment.

        Raises:
            ConfigurationError: A setting does not hold; the message says where it came from.
        """
        return cls(OpenHandsIntegrationConfig.from_env(), use_docker=use_docker)

    @cached_property
    def engine(self) -> ExecutionEngine:
        """The engine by the original integration's names: the same tasks, no second queue."""
        from .engine import ExecutionEngine

        return ExecutionEngine.of_generator(self)

    @property
    def circuit_breaker(self) -> CircuitBreaker | None:
        """The engine's circuit breaker as it stands, by the name `circuit_breaker_name`.

        ``None`` where the setting `circuit_breaker_enabled` turns it off, where no OpenHands agent
        is configured, and with ``workers=0``, since other processes have their own.
        """
        if self._engine.breaker() is None:
            return None
        return CircuitBreaker(self._engine, self.circuit_breaker_name)

    @cached_property
    def validator(self) -> ResultValidator:
        """Reads a result as a gate would."""
        from .engine import ResultValidator

        return ResultValidator()

    async def submit_test_generation_task(
        self,
        module_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str] | None = None,
        coverage_threshold: int = 80,
        *,
        priority: TaskPriority = TaskPriority.HIGH,
        timeout: float | None = None,
        overwrite: bool = False,
        max_iterations: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        depends_on: Iterable[str] = (),
        run_at: datetime | None = None,
        requires: Iterable[str] = (),
    ) -> str:
        """Submits and returns at once.

        A module that does not exist is accepted and fails its task: no file is read here.

        Args:
            module_path: The module, relative to the project root or absolute inside it.
            output_path: The test file; by default ``tests/`` mirrors the package.
            coverage_threshold: Line and branch coverage to reach, 0 to 100 percent.
            priority: Who goes first.
            timeout: How long one attempt may take, in seconds; else `default_timeout_seconds`.
            overwrite: Whether a file that is not ours may be replaced.
            max_iterations: How often the agent may go on after a verification, 1 to 20.
            metadata: The caller's own notes, plain values, kept in the task's status.
            idempotency_key: The same key names the same task for as long as it is kept: a repeated
                submission answers its id. With another module or output it is refused.
            depends_on: Ids of tasks that must have completed first, at most 1,000; when one of
                them fails or is cancelled, this one fails with ``dependency``.
            run_at: Not before this time, a `datetime` with a zone, at most ten years ahead.
            requires: Labels that the machine which runs it must have (setting `labels`), at most 6.

        Returns:
            The task's id.

        Raises:
            InvalidRequestError: An argument names something impossible; nothing was stored.
            QueueFullError: As many tasks wait as `queue_size` allows; nothing was stored.
            EngineClosedError: The generator is stopped.
        """
        answer = self._engine.submit_test_generation(
            module_path,
            output_path,
            coverage_threshold,
            priority,
            timeout,
            overwrite,
            max_iterations,
            metadata,
            # Asked here and not in `_terms`: one call less on the way of nearly every submission.
            None
            if idempotency_key is None and run_at is None and depends_on == requires == ()
            else (idempotency_key, depends_on, run_at, None, requires),
        )
        return answer if type(answer) is str else cast("str", await arrival(answer))

    async def get_task_status(self, task_id: str) -> TaskStatusDict:
        """Where a task stands now.

        Raises:
            TaskNotFoundError: No task has this id.
        """
        answer = self._engine.status(task_id)
        return answer if type(answer) is dict else cast("TaskStatusDict", await arrival(answer))

    async def get_test_generation_results(
        self,
        task_id: str,
        timeout: float | None = None,
        poll_interval: float = 2.0,
    ) -> GenerationResult:
        """Waits for a task and returns its result, the same each time it is read.

        Args:
            task_id: The id that submit returned.
            timeout: How long *this call* waits, in seconds; the task goes on. By default
                `default_timeout_seconds`; 0 answers at once.
            poll_interval: Accepted for existing callers: completion is pushed.

        Raises:
            TimeoutError: The task has not ended in time.
            TaskNotFoundError: No task has this id.
        """
        del poll_interval
        answer = self._engine.results(task_id, timeout)
        return answer if type(answer) is dict else cast("GenerationResult", await arrival(answer))

    async def generate_tests(
        self,
        module_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str] | None = None,
        coverage_threshold: int = 80,
        timeout: float | None = None,
    ) -> GenerationResult:
        """Submits, waits and returns the result.

        After `timeout` seconds it returns one that says ``success: False``, with the task's id: the
        task goes on. While the circuit breaker is open nothing is submitted, and it returns at once
        ``success``, ``error`` and ``fallback: True``, and no other key.
        """
        breaker = self._engine.breaker()
        if breaker is not None and breaker[0] == CircuitState.OPEN:
            return cast("GenerationResult", {"success": False, "error": OPEN, "fallback": True})
        task_id = await self.submit_test_generation_task(
            module_path, output_path, coverage_threshold
        )
        try:
            return await self.get_test_generation_results(task_id, timeout)
        except TimeoutError as error:
            metadata = (await self.get_task_status(task_id))["metadata"]
            return {
                "success": False,
                "task_id": task_id,
                "result": None,
                "error": str(error),
                "error_kind": "timeout",
                "module_path": metadata["module_path"],
                "output_path": metadata["output_path"],
            }

    def register_handler(self, kind: str, handler: Handler) -> None:
        """Has `handler` run the tasks of a kind of your own, with all the engine's promises.

        It is called with the `TaskContext` of the attempt and the task's payload, and returns the
        task's result, a dict of plain values. An ``async def`` runs on one thread of the process
        with an event loop of its own; a plain function in a process of its own, a fresh interpreter
        that imports the function by its name. At most `workers` of a kind run at once.

        Every generator on the same store shares the handler. Registering a kind again replaces its
        handler for attempts that start later. Another process gets its tasks only if it registers a
        handler of the kind too.

        An exception fails the task (`RetryableError`: another try follows). When the task is
        cancelled or out of time, an ``async def`` gets `asyncio.CancelledError`; one that goes on
        for more than 5 seconds is left to itself. A plain function is killed with all it started.

        Raises:
            InvalidRequestError: The kind is no name (a lower-case letter, then at most 63 of a-z,
                0-9 and _) or one of the engine's own; or a plain function cannot be found by name.
        """
        from ._handler_process import function_of

        self._engine.register_handler(kind, handler, function_of(handler))

    async def submit_task(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        priority: TaskPriority = TaskPriority.HIGH,
        timeout: float | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        depends_on: Iterable[str] = (),
        run_at: datetime | None = None,
        requires: Iterable[str] = (),
    ) -> str:
        """Submits a task of any kind and returns its id at once.

        A kind is ``generate_tests``, ``agent_task``, ``generate_rtm``, ``generate_test_cases``,
        ``coverage_analysis``, ``plan_generation``, ``requirements_parsing``, ``plan_validation``,
        ``noop``, or one with a handler, see `register_handler`; what each
        takes and leaves stands in ``docs/kinds.md``.

        The keywords are those of `submit_test_generation_task`.

        Raises:
            InvalidRequestError: The kind is unknown, or the payload is not its own.
        """
        terms = _terms(idempotency_key, depends_on, run_at, requires)
        answer = self._engine.submit(kind, payload, priority, timeout, metadata, terms)
        return answer if type(answer) is str else cast("str", await arrival(answer))

    async def submit_agent_task(
        self,
        instruction: str,
        *,
        workspace: str = "project",
        apply: bool = False,
        priority: TaskPriority = TaskPriority.HIGH,
        timeout: float | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        depends_on: Iterable[str] = (),
        run_at: datetime | None = None,
        requires: Iterable[str] = (),
    ) -> str:
        """Submits free-form work for an OpenHands agent, and returns its id at once.

        What comes of it is what differs in its workspace afterwards: `files` and `patch` of the
        result, beside the agent's last `message`. Nothing is verified.

        Args:
            instruction: What is to be done, at most 32 KiB.
            workspace: ``project``, a copy of it, or ``empty``.
            apply: Whether the changes go to the project: all of them, if it is still as the agent
                found it, or none.
            priority: Who goes first.
            timeout: How long one attempt may take, in seconds; else `default_timeout_seconds`.
            metadata: The caller's own notes, kept in the task's status.
            idempotency_key: The same key names the same task.
            depends_on: Ids of tasks that must have completed first.
            run_at: Not before this time, a `datetime` with a zone.
            requires: Labels that the machine which runs it must have.

        Raises:
            InvalidRequestError: There is no agent for it: the embedded one writes tests only. Or
                an argument names something impossible. Nothing was stored.
        """
        return await self.submit_task(
            "agent_task",
            {"instruction": instruction, "workspace": workspace, "apply": apply},
            priority=priority,
            timeout=timeout,
            metadata=metadata,
            idempotency_key=idempotency_key,
            depends_on=depends_on,
            run_at=run_at,
            requires=requires,
        )

    async def cancel_task(self, task_id: str) -> TaskStatusDict:
        """Ends a task and returns its status; a finished one is returned unchanged.

        ``cancelled`` means that its processes are dead and that nothing more will be written.

        Raises:
            TaskNotFoundError: No task has this id.
        """
        return cast("TaskStatusDict", await arrival(self._engine.cancel(task_id)))

    async def retry_task(self, task_id: str) -> str:
        """Submits the work of a failed or cancelled task once more.

        It is a new task, whose metadata says `retry_of`.

        Raises:
            InvalidRequestError: The task has not ended, or has succeeded.
            TaskNotFoundError: No task has this id.
        """
        return cast("str", await arrival(self._engine.retry(task_id)))

    async def list_tasks(
        self,
        *,
        status: str | None = None,
        kind: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> TaskPage:
        """One page of tasks, newest first.

        Args:
            status: Only tasks in this status.
            kind: Only tasks of this kind.
            limit: At most so many, 1 to 1000.
            cursor: The `next_cursor` of the page before.
        """
        return cast("TaskPage", await arrival(self._engine.list(status, kind, limit, cursor)))

    async def watch_task(self, task_id: str, after: int = 0) -> AsyncIterator[TaskEvent]:
        """Yields every move and every step of progress of a task, numbered, until it has ended.

        Events are kept with the task: read them late, or again from any number, as often as you
        like. A slow reader holds up nobody.

        Args:
            task_id: The id that submit returned.
            after: The number of the last event that is known; 0 begins with the submission.

        Raises:
            TaskNotFoundError: No task has this id.
        """
        while True:
            answer = self._engine.events(task_id, after, 60.0)
            page = cast("list[TaskEvent]", await arrival(answer))
            for event in page:
                yield event
                after = event["number"]
            if not page and (await self.get_task_status(task_id))["status"].is_final:
                return

    async def as_completed(
        self, task_ids: Iterable[str], timeout: float | None = None
    ) -> AsyncIterator[GenerationResult]:
        """Yields the results of several tasks in the order in which they end.

        Raises:
            TimeoutError: Not all have ended within `timeout` seconds.
        """
        waits: list[asyncio.Future[GenerationResult]] = []
        try:
            # The loop goes round between them: what is answered at once leaves it no turn.
            for task_id in dict.fromkeys(task_ids):
                result = self.get_test_generation_results(task_id, timeout)
                waits.append(asyncio.ensure_future(result))
                await asyncio.sleep(0)
            for next_result in asyncio.as_completed(waits):
                yield await next_result
                await asyncio.sleep(0)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def get_queue_stats(self) -> QueueStats:
        """How the queue is: counts by status and priority, ages, and figures of what ended."""
        return cast("QueueStats", await arrival(self._engine.stats()))

    async def start(self) -> None:
        """Starts the engine now rather than at the first call. Idempotent."""
        await arrival(self._engine.start())

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Ends this generator's use of the engine. Idempotent.

        Every generator that has made a call counts as a user until it is stopped. The last one
        stops the engine: no more claims, up to `grace_seconds` for what runs; the rest goes back to
        the queue.
        """
        await arrival(self._engine.stop(grace_seconds))

    async def __aenter__(self) -> Self:
        """Starts the engine."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops it."""
        await self.stop()

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets a generator with the same settings, not the same engine."""
        return (type(self), (self.config, self.use_docker, self.circuit_breaker_name))


def _terms(
    idempotency_key: str | None,
    depends_on: Iterable[str],
    run_at: datetime | None,
    requires: Iterable[str],
) -> Terms | None:
    """What few submissions ask for besides."""
    if idempotency_key is None and run_at is None and depends_on == requires == ():
        return None
    return (idempotency_key, depends_on, run_at, None, requires)
