"""Submit many modules, collect all results: the two functions of a workflow of your own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ..exceptions import InvalidRequestError, SubmissionError
from ..generator import OpenHandsTestGenerator
from ..types import GenerationResult
from .generation import give_way, new_generator


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
        SubmissionError: A module could not be submitted; those before it were, and a note on the
            exception has their ids.
    """
    if isinstance(modules, str | bytes | os.PathLike) or not isinstance(modules, Iterable):
        raise InvalidRequestError(_not_a_list("modules", '["src/shop/cart.py"]', modules))
    submitter = generator or new_generator()
    task_ids: list[str] = []
    for module in modules:
        try:
            task_id = await submitter.submit_test_generation_task(
                module_path=module, coverage_threshold=coverage_threshold
            )
        except SubmissionError as error:
            if task_ids:
                error.add_note(f"submitted before it: {', '.join(task_ids)}")
            raise
        task_ids.append(task_id)
        await give_way()
    return task_ids


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
        TaskNotFoundError: No task has one of these ids; the message names it.
        InvalidRequestError: They are no list of ids.
    """
    ids = task_ids.values() if isinstance(task_ids, Mapping) else task_ids
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
        example = "the answer of submit_openhands_tasks"
        raise InvalidRequestError(_not_a_list("task_ids", example, task_ids))
    collector = generator or new_generator()
    results: list[GenerationResult] = []
    for task_id in ids:
        results.append(await collector.get_test_generation_results(task_id, timeout))
        await give_way()
    return results


def _not_a_list(name: str, example: str, value: object) -> str:
    return f"{name}: must be a list, such as {example}, not {value!r:.80}"
