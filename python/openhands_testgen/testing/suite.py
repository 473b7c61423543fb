"""What do tests ask of the engine? What was submitted, what became of it, and to end it all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from ..generator import OpenHandsTestGenerator
from ..types import GenerationResult, TaskPage, TaskStatusDict
from .outcomes import Outcome
from .testbed import Testbed, from_root


class SuiteEngine:
    """The engine of one test, as it sees what the code under test has done.

    Args:
        testbed: Where it is tried out.
        generator: A generator on its store.
    """

    def __init__(self, testbed: Testbed, generator: OpenHandsTestGenerator) -> None:
        """Looks at the store of `generator`; opens it if need be."""
        self._testbed = testbed
        self._core = generator._engine
        self._core.start_here()

    def submitted(self, *, module: str | os.PathLike[str] | None = None) -> list[TaskStatusDict]:
        """The status of every task for tests that was submitted, in the order of submission.

        Args:
            module: Only those for this module, a path from the project root.
        """
        tasks: list[TaskStatusDict] = []
        cursor = None
        while True:
            page = cast("TaskPage", self._core.list(None, "generate_tests", 1000, cursor))
            tasks.extend(page["tasks"])
            cursor = page["next_cursor"]
            if cursor is None:
                break
        tasks.reverse()
        if module is None:
            return tasks
        path = from_root(module)
        return [task for task in tasks if task["metadata"]["module_path"] == path]

    def outcomes(self, *, module: str | os.PathLike[str] | None = None) -> list[GenerationResult]:
        """The result of every task that has ended, in the order of submission.

        Args:
            module: Only those for this module, a path from the project root.
        """
        ended = [task for task in self.submitted(module=module) if task["status"].is_final]
        results = (self._core.results(task["task_id"], 0) for task in ended)
        return [cast("GenerationResult", result) for result in results]

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
        listed = [outcomes] if isinstance(outcomes, Outcome) else outcomes
        if any(outcome.needs_script for outcome in listed):
            import pytest

            pytest.skip("what this test plays cannot be asked of a real agent (--testgen-agent)")
