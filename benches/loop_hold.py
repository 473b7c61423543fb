"""How long does one call hold the event loop? The longest of many, first calls included."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Coroutine
from typing import Any

from _measure import clean_project, quantile, row, title
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import Testbed, ok

CALLS = 500


async def longest_gap(work: Coroutine[Any, Any, None]) -> tuple[float, float]:
    """Runs `work` beside a heartbeat; the 99th percentile and the longest gap between two beats.

    In CPU time of the loop's thread: other programs of the machine are not the calls' doing.
    """
    gaps: list[float] = []

    async def beat() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            gaps.append(now - last)
            last = now

    heart = asyncio.create_task(beat())
    await asyncio.sleep(0)
    await work
    heart.cancel()
    return quantile(gaps, 0.99), max(gaps)


async def idle() -> None:
    """The baseline: the same number of turns of the loop with nothing in them."""
    for _ in range(20 * CALLS):
        await asyncio.sleep(0)


async def use(store: str) -> None:
    """Submissions, waits, status calls, cancellations and a listing, one after the other."""
    config = OpenHandsIntegrationConfig(store=store, workers=1)
    async with OpenHandsTestGenerator(config) as generator:
        # An await that is answered at once does not turn the loop: so each call gets a turn.
        for _ in range(CALLS):
            task_id = await generator.submit_task("noop", {})
            await asyncio.sleep(0)
            await generator.get_test_generation_results(task_id)
            await asyncio.sleep(0)
            await generator.get_task_status(task_id)
            await asyncio.sleep(0)
            await generator.cancel_task(task_id)
            await asyncio.sleep(0)
        await generator.list_tasks(limit=500)


async def crowd() -> None:
    """As many cancellations and completions, all under way at once: twice as many submissions."""
    config = OpenHandsIntegrationConfig(store="memory:", workers=256)
    with Testbed() as testbed:
        testbed.script(ok(seconds=60))
        async with OpenHandsTestGenerator(config) as generator:
            ids = []
            for number in range(2 * CALLS):
                ids.append(await generator.submit_test_generation_task(f"src/m{number}.py"))
                await asyncio.sleep(0)
            calls = [
                *(generator.get_test_generation_results(task_id) for task_id in ids),
                *(generator.cancel_task(task_id) for task_id in ids[::2]),
            ]
            under_way = []
            for call in calls:
                under_way.append(asyncio.create_task(call))
                await asyncio.sleep(0)
            await asyncio.to_thread(testbed.clock.advance, 130)
            await asyncio.gather(*under_way)
            stats = await generator.get_queue_stats()
            assert (stats["cancelled"], stats["completed"]) == (CALLS, CALLS), stats


async def main() -> None:
    """Prints the rows."""
    clean_project()
    title(f"the event loop beside {CALLS} submissions, waits, status calls and cancellations")
    gc.collect()
    gc.disable()
    for what, work in [
        ("baseline: an idle loop", idle()),
        ("memory store", use("memory:")),
        ("SQLite store", use("sqlite:hold.db")),
        ("memory store, all at once", crowd()),
    ]:
        usual, longest = await longest_gap(work)
        figure = f"{usual * 1e3:.2f} / {longest * 1e3:.2f} ms"
        row(f"{what}: CPU between two turns, p99 / longest", figure, "-", "<= 5 ms")


if __name__ == "__main__":
    asyncio.run(main())
