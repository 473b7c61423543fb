"""What do tests ask of the engine? What was submitted, what became of it, and to end it all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..generator import OpenHandsTestGenerator
from ..types import GenerationResult, TaskStatusDict
from . import check
from .outcomes import Outcome
from .testbed import Clock, Testbed, listed

Answer = TypeVar("Answer")


class SuiteEngine:
    """The engine of one test, as it sees what the code under test has done.

    It is a user of that engine, too: what was submitted can be asked for after the code under test
    has stopped every generator of its own.

    Args:
        testbed: Where it is tried out.
        generator: A generator on its store.
    """

    def __init__(self, testbed: Testbed, generator: OpenHandsTestGenerator) -> None:
        """Looks at the store of `generator`; opens it if need be."""
        self._testbed = testbed
        self._generator = OpenHandsTestGenerator(generator.config)
        self._generator._engine.start_here()

    def submitted(self, *, module: str | os.PathLike[str] | None = None) -> list[TaskStatusDict]:
        """The status of every task that was submitted, in the order of submission.

        Args:
            module: Only those for tests of this module, a path from the project root.

        Raises:
            RuntimeError: The test is over, and its engine with it.
        """
        if not self._testbed.is_standing:
            raise RuntimeError("the engine of this test has ended with it: ask before")
        path = None if module is None else check.path_from_root("module", module)
        tasks = _here(self._all_tasks)
        if path is None:
            return tasks
        return [task for task in tasks if task["metadata"].get("module_path") == path]

    def outcomes(self, *, module: str | os.PathLike[str] | None = None) -> list[GenerationResult]:
        """The result of every task that has ended, in the order of submission.

        Args:
            module: Only those for this module, a path from the project root.
        """
        tasks = self.submitted(module=module)
        ended = [task["task_id"] for task in tasks if task["status"].is_final]
        return _here(lambda: self._results(ended))

    async def drain(self) -> list[GenerationResult]:
        """Waits until every task has ended, and returns the `outcomes`.

        Time is moved ahead over all that is only waited for; what hangs reaches its time limit.

        Raises:
            RuntimeError: Some cannot end, since nobody runs them.
        """
        await self._testbed.drain()
        return self.outcomes()

    def drain_here(self) -> list[GenerationResult]:
        """The same for tests without an event loop: holds the calling thread."""
        self._testbed.drain_here()
        return self.outcomes()

    async def _all_tasks(self) -> list[TaskStatusDict]:
        tasks: list[TaskStatusDict] = []
        cursor = None
        while True:
            page = await self._generator.list_tasks(limit=1000, cursor=cursor)
            tasks.extend(page["tasks"])
            cursor = page["next_cursor"]
            if cursor is None:
                return tasks[::-1]

    async def _results(self, task_ids: Iterable[str]) -> list[GenerationResult]:
        wait = self._generator.get_test_generation_results
        return [await wait(task_id, 0) for task_id in task_ids]


class ScriptedAgent:
    """Plays outcomes in the place of the agents of one test.

    Args:
        testbed: Where it plays.
    """

    def __init__(self, testbed: Testbed) -> None:
        """Plays on `testbed`."""
        self._testbed = testbed

    def script(
        self,
        outcomes: Outcome | Sequence[Outcome],
        *,
        module: str | os.PathLike[str] | None = None,
    ) -> None:
        """Says what becomes of tasks that have not begun; see `Testbed.script`.

        With ``--testgen-agent`` naming a real agent, a plain `ok` is left to that agent, and a test
        that needs anything else is skipped.
        """
        if self._testbed.is_scripted:
            self._testbed.script(outcomes, module=module)
            return
        if any(outcome.needs_script for outcome in listed(outcomes)):
            import pytest

            pytest.skip("what this test plays cannot be asked of a real agent (--testgen-agent)")


@dataclass(frozen=True)
class Rehearsal:
    """What the fixtures of one test are, in one object; made by the fixture `testgen_factory`."""

    project: Path
    """`testgen_project`."""
    generator: OpenHandsTestGenerator
    """`testgen_generator`."""
    engine: SuiteEngine
    """`testgen_engine`."""
    agent: ScriptedAgent
    """`scripted_agent`."""
    clock: Clock
    """`testgen_clock`."""


def _here(question: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """The answer to a question, held for: in a test with an event loop, and in one without."""
    with ThreadPoolExecutor(1, "openhands-testgen-question") as pool:
        return pool.submit(lambda: asyncio.run(question())).result()
