"""Whoever shares the loop goes on while many modules are submitted and collected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import OpenHandsTestGenerator
from openhands_testgen.testing import Testbed
from openhands_testgen.workflow import (
    AsyncOpenHandsTestGenerationStage,
    collect_openhands_results,
    submit_openhands_tasks,
)

MODULES = 120


async def functions(component: Path, count: Callable[[str], None]) -> None:
    ids = await submit_openhands_tasks([f"src/m{number}.py" for number in range(MODULES)])
    count("submitted")
    await collect_openhands_results(ids)
    count("collected")


async def stage(component: Path, count: Callable[[str], None]) -> None:
    for number in range(MODULES):
        (component / f"m{number}.py").write_text("A = 1\n")
    stage = AsyncOpenHandsTestGenerationStage(component)
    submitted = await stage.submit_tasks()
    count("submitted")
    await stage.collect_results(submitted.submitted_tasks)
    count("collected")


async def as_completed(component: Path, count: Callable[[str], None]) -> None:
    async with OpenHandsTestGenerator.from_env() as generator:
        ids = await submit_openhands_tasks(
            [f"src/m{number}.py" for number in range(MODULES)], generator=generator
        )
        count("submitted")
        await collect_openhands_results(ids, generator=generator)
        count("collected")
        async for _ in generator.as_completed(ids):
            pass
        count("collected again")


@pytest.mark.parametrize("work", [functions, stage, as_completed])
def test_the_loop_goes_round_while_modules_are_gone_through(
    component: Path,
    testbed: Testbed,
    work: Callable[[Path, Callable[[str], None]], Coroutine[Any, Any, None]],
) -> None:
    turns: dict[str, int] = {}

    async def main() -> None:
        beats = 0

        def count(step: str) -> None:
            nonlocal beats
            turns[step], beats = beats, 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0)
                beats += 1

        heart = asyncio.create_task(beat())
        await work(component, count)
        heart.cancel()

    asyncio.run(main())
    assert min(turns.values()) > MODULES // 2, turns
