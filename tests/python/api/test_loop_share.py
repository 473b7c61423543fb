"""How much of its time does a loop give to completions? A little each turn."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import Testbed, ok

CALLS = 500
MOST_A_TURN = 64


async def beats_until(waits: list[asyncio.Task[bool]]) -> list[int]:
    """A heartbeat beside the waits: how many of them ended between two beats."""
    ended, most = [0], len(waits)
    while ended[-1] < most:
        await asyncio.sleep(0)
        ended.append(sum(wait.done() for wait in waits))
    return [now - before for before, now in itertools.pairwise(ended)]


def test_a_heartbeat_goes_on_while_hundreds_of_tasks_end_at_once(project: Path) -> None:
    config = OpenHandsIntegrationConfig(project_root=project, store="memory:", workers=256)

    async def scenario(testbed: Testbed) -> tuple[list[int], int]:
        generator = OpenHandsTestGenerator(config)

        async def end_of(task_id: str) -> bool:
            return (await generator.get_test_generation_results(task_id))["success"]

        ids = [
            await generator.submit_test_generation_task(f"src/m{number}.py")
            for number in range(CALLS)
        ]
        waits = [asyncio.create_task(end_of(task_id)) for task_id in ids]
        await asyncio.gather(*(generator.cancel_task(task_id) for task_id in ids[::10]))
        # On the loop's own thread: all of them lie in the mailbox when the loop goes on.
        testbed.clock.advance(130)
        beats = await beats_until(waits)
        return beats, sum(wait.result() for wait in waits)

    with Testbed() as testbed:
        testbed.script(ok(seconds=60))
        beats, successes = asyncio.run(scenario(testbed))

    assert successes == CALLS - CALLS // 10
    assert sum(beats) >= 400, "they did not end at once"
    assert max(beats) <= MOST_A_TURN
