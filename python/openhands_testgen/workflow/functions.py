"""Submit many modules, collect all results: the two functions of a workflow of your own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ..generator import OpenHandsTestGenerator
from ..types import GenerationResult
from .generation import new_generator


async def submit_openhands_tasks(
    modules: Iterable[str | os.PathLike[str]],
    coverage_threshold: int = 80,
    *,
    generator: OpenHandsTestGenerator | None = None,
) -> list[str]:
    """Submits each module and returns at once.

    Args:
        modules: The modules, relative to the project root or absolute inside it.
        coverage_threshold: Line and branch coverage to reach, 0 to 100 percent.
        generator: Who submits; by default one with the settings of the environment.

    Returns:
        The ids of the tasks, in the order of the modules.

    Raises:
        SubmissionError: A module could not be submitted; those before it were.
    """
    submitter = generator or new_generator()
    return [
        await submitter.submit_test_generation_task(
            module_path=module, coverage_threshold=coverage_threshold
        )
        for module in modules
    ]


async def collect_openhands_results(
    task_ids: Iterable[str] | Mapping[str, str],
    timeout: float | None = None,
    *,
    generator: OpenHandsTestGenerator | None = None,
) -> list[GenerationResult]:
    """Waits for tasks and returns their results, in the order of the ids.

    Args:
        task_ids: Ids; or ids by module, as a stage's `submitted_tasks` has them.
        timeout: How long is waited for each, in seconds; by default `default_timeout_seconds`.
        generator: Who waits; by default one with the settings of the environment.

    Raises:
        TimeoutError: A task has not ended in time; it goes on.
        TaskNotFoundError: No task has one of these ids.
    """
    collector = generator or new_generator()
    ids = task_ids.values() if isinstance(task_ids, Mapping) else task_ids
    return [await collector.get_test_generation_results(task_id, timeout) for task_id in ids]
