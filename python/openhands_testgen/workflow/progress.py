"""How far is test generation? One line for each change, on a long wait too."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Self

from ..exceptions import OpenHandsTestGenError
from ..generator import OpenHandsTestGenerator
from ..types import TaskStatusDict

_LOGGER = logging.getLogger("openhands_testgen.workflow")
_LOOK_SECONDS = 0.5
_MOST_TASKS = 1000
_SILENCE_SECONDS = 30.0
"""After so long without a change it is said what is still under way."""


class Progress:
    """Looks at the tasks that were submitted since, a few times a second."""

    def __init__(self, generator: OpenHandsTestGenerator, before: frozenset[str]) -> None:
        """Nothing has been said yet; `before` are the ids of tasks of others."""
        self._generator = generator
        self._before = before
        self._said: dict[str, str] = {}
        self._last_line = time.monotonic()

    @classmethod
    async def since_now(cls, generator: OpenHandsTestGenerator) -> Self:
        """What is in the store of a generator now is of others."""
        return cls(generator, frozenset(await cls(generator, frozenset()).unfinished()))

    async def tell(self) -> None:
        """Says every change, until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            tasks = await self._tasks("pending", "running")
            for task in tasks:
                self._say(task)
            if tasks and time.monotonic() - self._last_line >= _SILENCE_SECONDS:
                modules = ", ".join(sorted(task["metadata"]["module_path"] for task in tasks))
                self._line(f"still under way: {modules}")

    async def unfinished(self) -> list[str]:
        """The ids of those that have not ended."""
        # A task may move on, or back, between two looks: in this order it is seen all the same.
        tasks = await self._tasks("running", "pending", "queued", "running")
        return [task["task_id"] for task in tasks]

    async def _tasks(self, *statuses: str) -> list[TaskStatusDict]:
        """Those in one of these statuses that were submitted since, each as it was seen last."""
        found: dict[str, TaskStatusDict] = {}
        for status in statuses:
            try:
                page = await self._generator.list_tasks(
                    status=status, kind="generate_tests", limit=_MOST_TASKS
                )
            except OpenHandsTestGenError as error:
                _LOGGER.debug("no look at the tasks: %s", error)
                continue
            found |= {task["task_id"]: task for task in page["tasks"]}
        return [task for task_id, task in found.items() if task_id not in self._before]

    def _say(self, task: TaskStatusDict) -> None:
        text = _moment(task)
        if text is not None and self._said.get(task["task_id"]) != text:
            self._said[task["task_id"]] = text
            self._line(f"{task['metadata']['module_path']}: {text}")

    def _line(self, text: str) -> None:
        self._last_line = time.monotonic()
        _LOGGER.info(text)


def _moment(task: TaskStatusDict) -> str | None:
    """`agent`, `verifying (iteration 2 of 3)`; nothing while it waits, and once it has ended."""
    progress = task["progress"]
    if task["status"] == "pending" and task["error"]:
        return f"tried again: {task['error']}"
    if task["status"] != "running" or progress is None:
        return None
    if progress["iteration"] <= 1:
        return progress["stage"]
    return f"{progress['stage']} (iteration {progress['iteration']})"
