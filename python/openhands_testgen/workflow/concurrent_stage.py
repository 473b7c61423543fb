"""Test generation as a stage in two steps: submit, go on with other work, collect."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..generator import OpenHandsTestGenerator
from ..types import GenerationResult
from .generation import GenerationStage, give_way, has_ended, new_generator, statuses_of, text_of
from .results import AsyncOpenHandsStageResult, failed_result

_LOGGER = logging.getLogger("openhands_testgen.workflow")


class AsyncOpenHandsTestGenerationStage(GenerationStage):
    """Has tests written for every module of a component while other stages run."""

    __module__ = __package__  # where its generator is looked up by name

    _owns_generator = False

    def __init__(
        self, component_path: str | os.PathLike[str], config: Mapping[str, Any] | None = None
    ) -> None:
        """Makes a stage, as `GenerationStage` does."""
        super().__init__(component_path, config)
        self.results: dict[str, GenerationResult] = {}
        """What became of each module so far, one that could not be submitted among them."""

    async def submit_tasks(self) -> AsyncOpenHandsStageResult:
        """Submits every module and returns at once; `submitted_tasks` has the ids.

        Never raises: what went wrong stands in `errors`. Partial success is success.
        """
        begin = time.perf_counter()
        result = AsyncOpenHandsStageResult()
        try:
            generator = await self._started()
        except Exception as error:
            result.errors.append(f"Failed to initialize OpenHands: {text_of(error)}")
            return result
        modules, errors = await self.plan()
        result.errors.extend(errors)
        if not modules:
            await self.let_go()
            return result
        for module, test_file in modules.items():
            await give_way()
            try:
                request = self.request(module, test_file)
                task_id = await generator.submit_test_generation_task(**request)
            except Exception as error:
                reason = f"Error submitting task for {module}: {text_of(error)}"
                result.errors.append(reason)
                self.results[str(module)] = failed_result(str(module), reason)
                continue
            result.submitted_tasks[str(module)] = task_id
            waited_for = failed_result(str(module), "its result was not collected", task_id)
            self.results[str(module)] = waited_for
        result.success = bool(result.submitted_tasks)
        if not result.success:
            await self.let_go()
        result.outputs = {
            "component_path": str(self.component_path),
            "modules_found": len(modules),
            "tasks_submitted": len(result.submitted_tasks),
            "coverage_threshold": self.coverage_threshold,
        }
        result.total_execution_time_ms = _milliseconds_since(begin)
        return result

    async def collect_results(self, submitted: Mapping[str, str]) -> AsyncOpenHandsStageResult:
        """Waits for the tasks of these modules, at most `timeout_seconds` for each.

        A stage that submitted nothing can collect too: tasks live in their store.

        Args:
            submitted: Task ids by module, as `submitted_tasks` has them.
        """
        begin = time.perf_counter()
        if not _is_mapping(submitted):
            message = (
                f"must be task ids by module, as submitted_tasks has them, not {submitted!r:.80}"
            )
            return AsyncOpenHandsStageResult(errors=[f"submitted: {message}"])
        result = AsyncOpenHandsStageResult(submitted_tasks=dict(submitted))
        try:
            generator = await self._started()
        except Exception as error:
            result.errors.append(f"Failed to initialize OpenHands: {text_of(error)}")
            return result
        for module, task_id in submitted.items():
            await self._collect(generator, module, task_id, result)
            await give_way()
        result.success = bool(result.completed_tasks)
        if not submitted:
            result.errors.append("submitted: there is no task to collect")
        if result.failed_tasks and not result.success:
            first = next(iter(result.failed_tasks.values()))
            result.errors.append(f"no module has its tests; the first failed with: {first}")
        statuses = await statuses_of(generator, submitted.values())
        result.outputs = {
            "component_path": str(self.component_path),
            "tasks_completed": len(result.completed_tasks),
            "tasks_failed": len(result.failed_tasks),
            "attempts_time_ms": sum(_attempt_milliseconds(status) for status in statuses),
        }
        result.total_execution_time_ms = _milliseconds_since(begin)
        if all(has_ended(status) for status in statuses):
            await self.let_go()
        return result

    async def _collect(
        self,
        generator: OpenHandsTestGenerator,
        module: str,
        task_id: str,
        result: AsyncOpenHandsStageResult,
    ) -> None:
        try:
            outcome = await generator.get_test_generation_results(
                task_id=task_id, timeout=self.timeout, poll_interval=self.poll_interval
            )
        except Exception as error:
            kind = "timeout" if isinstance(error, TimeoutError) else None
            failed = failed_result(module, text_of(error), task_id)
            self.results[module] = {**failed, "error_kind": kind}
            result.failed_tasks[task_id] = text_of(error)
            _LOGGER.warning("%s: no tests yet: %s", module, text_of(error))
            return
        self.results[module] = outcome
        if outcome.get("success"):
            result.completed_tasks[task_id] = outcome
            _LOGGER.info("%s: tests generated", module)
            return
        result.failed_tasks[task_id] = outcome.get("error") or "no reason was given"
        _LOGGER.warning("%s: no tests generated: %s", module, result.failed_tasks[task_id])

    async def _started(self) -> OpenHandsTestGenerator:
        if self.generator is None:
            generator = new_generator()
            await generator.start()
            self.generator, self._owns_generator = generator, True
        return self.generator

    async def start(self) -> None:
        """Starts the engine now rather than at the first submission."""
        await (await self._started()).start()

    async def let_go(self, grace_seconds: float | None = None) -> None:
        """Ends the use of a generator that this stage made; one that was given is left running.

        Args:
            grace_seconds: What runs may take so long, else what `stop` grants; the rest goes back
                to the store.
        """
        generator, owned = self.generator, self._owns_generator
        if generator is not None and owned:
            self.generator, self._owns_generator = None, False
            how = {} if grace_seconds is None else {"grace_seconds": grace_seconds}
            await generator.stop(**how)


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def _attempt_milliseconds(status: dict[str, Any]) -> float:
    """How long the last attempt took; 0 where that is not known."""
    if not has_ended(status) or status.get("started_at") is None:
        return 0.0
    began = datetime.fromisoformat(status["started_at"])
    ended = datetime.fromisoformat(status["completed_at"])
    return max(0.0, (ended - began).total_seconds() * 1000.0)


def _milliseconds_since(begin: float) -> float:
    return (time.perf_counter() - begin) * 1000.0
