"""What is told of test generation while a command waits for it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any, cast

import pytest
from openhands_testgen import OpenHandsTestGenerator
from openhands_testgen.testing import Testbed, fails, hang
from openhands_testgen.workflow import progress
from openhands_testgen.workflow.progress import Progress


async def told(caplog: pytest.LogCaptureFixture, wanted: str) -> None:
    """Waits until it is told."""
    async with asyncio.timeout(30):
        while True:
            if any(wanted in line for line in caplog.messages):
                return
            await asyncio.sleep(0.01)


def test_a_long_wait_is_not_silent(
    component: Path,
    testbed: Testbed,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(progress, "_SILENCE_SECONDS", 0.1)
    testbed.script(hang())
    testbed.script(fails("transient", "no answer"), module="src/school/marks.py")
    generator = OpenHandsTestGenerator.from_env()

    async def main() -> list[str]:
        shown = await Progress.since_now(generator)
        telling = asyncio.create_task(shown.tell())
        grades = await generator.submit_test_generation_task("src/school/grades.py")
        await generator.submit_test_generation_task("src/school/marks.py")
        await told(caplog, "src/school/marks.py: tried again: no answer")
        await told(caplog, "still under way: src/school/grades.py, src/school/marks.py")
        assert grades in await shown.unfinished()
        telling.cancel()
        await generator.cancel_task(grades)
        return await shown.unfinished()

    with caplog.at_level(logging.INFO, "openhands_testgen.workflow"):
        left = asyncio.run(main())

    assert len(left) <= 1, "only the one that is tried again"


class Moving:
    """A generator whose one task moves on right after each look."""

    def __init__(self, *moves: str) -> None:
        self.moves = list(moves)

    async def list_tasks(self, *, status: str, **_: object) -> dict[str, Any]:
        here = self.moves[0] == status
        if len(self.moves) > 1:
            self.moves.pop(0)
        return {"tasks": [{"task_id": "one", "status": status}] if here else []}


@pytest.mark.parametrize(
    "moves",
    [
        ("queued", "queued", "queued", "running"),
        ("queued", "queued", "running"),
        ("pending", "pending", "queued", "running"),
        ("running", "pending"),
        ("running", "queued"),
        ("pending", "queued"),
    ],
)
def test_a_task_that_moves_between_two_looks_is_seen_once(moves: tuple[str, ...]) -> None:
    generator = cast("OpenHandsTestGenerator", Moving(*moves))
    assert asyncio.run(Progress(generator, frozenset()).unfinished()) == ["one"]


def test_what_was_there_before_is_not_told(component: Path, testbed: Testbed) -> None:
    testbed.script(hang())
    generator = OpenHandsTestGenerator.from_env()

    async def main() -> list[str]:
        before = await generator.submit_test_generation_task("src/school/grades.py")
        shown = await Progress.since_now(generator)
        after = await generator.submit_test_generation_task("src/school/marks.py")
        unfinished = await shown.unfinished()
        for task_id in (before, after):
            await generator.cancel_task(task_id)
        return [*unfinished, after]

    unfinished, after = asyncio.run(main())
    assert unfinished == after
