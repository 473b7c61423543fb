"""How far is test generation? One line for each change, on a long wait too."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from ..exceptions import OpenHandsTestGenError
from ..generator import OpenHandsTestGenerator
from ..types import TaskStatusDict

_LOGGER = logging.getLogger("openhands_testgen.workflow")
_LOOK_SECONDS = 0.5
_MOST_TASKS = 1000


class Progress:
    """Looks at the tasks that a generator has submitted since, a few times a second."""

    def __init__(self, generator: OpenHandsTestGenerator) -> None:
        """Nothing is known yet."""
        self._generator = generator
        self._begin = datetime.now(UTC)
        self._said: dict[str, str] = {}

    async def tell(self) -> None:
        """Says every change, until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for task in await self._tasks("pending", "running"):
                self._say(task)

    async def unfinished(self) -> list[str]:
        """The ids of those that have not ended."""
        return [task["task_id"] for task in await self._tasks("pending", "queued", "running")]

    async def _tasks(self, *statuses: str) -> list[TaskStatusDict]:
        """Those in one of these statuses that were submitted since."""
        found: list[TaskStatusDict] = []
        for status in statuses:
            try:
                page = await self._generator.list_tasks(
                    status=status, kind="generate_tests", limit=_MOST_TASKS
                )
            except OpenHandsTestGenError as error:
                _LOGGER.debug("no look at the tasks: %s", error)
                continue
            found.extend(
                task
                for task in page["tasks"]
                if datetime.fromisoformat(task["created_at"]) >= self._begin
            )
        return found

    def _say(self, task: TaskStatusDict) -> None:
        text = _moment(task)
        if text is not None and self._said.get(task["task_id"]) != text:
            self._said[task["task_id"]] = text
            _LOGGER.info("%s: %s", task["metadata"]["module_path"], text)


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
