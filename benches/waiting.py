"""How long from done to the waiter, and what do waiters cost?"""

from __future__ import annotations

import asyncio
import time

from _measure import clean_project, quantile, row, title
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

ONE_BY_ONE = 2_000
WAITERS = 1_000
SECONDS = 5.0
MANY = 100_000


async def trips(generator: OpenHandsTestGenerator) -> list[float]:
    """Wall time from just before a queued task ends to the resumption of who waits for it.

    The end is a cancellation: the waiter is surely waiting then, as it may not be for a no-op.
    """
    taken = []
    for _ in range(ONE_BY_ONE):
        task_id = await generator.submit_test_generation_task("src/a.py")
        resumed: list[float] = []

        async def wait(task_id: str = task_id, resumed: list[float] = resumed) -> None:
            await generator.get_test_generation_results(task_id)
            resumed.append(time.perf_counter())

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        begin = time.perf_counter()
        await generator.cancel_task(task_id)
        await waiting
        taken.append(resumed[0] - begin)
    return taken


async def self_pipe_trips() -> list[float]:
    """The baseline: a thread that answers by `call_soon_threadsafe`."""
    loop = asyncio.get_running_loop()
    taken = []
    for _ in range(ONE_BY_ONE):
        future = loop.create_future()
        begin = time.perf_counter()
        await loop.run_in_executor(None, int)
        loop.call_soon(future.set_result, None)
        await future
        taken.append(time.perf_counter() - begin)
    return taken


async def main() -> None:
    """Prints the rows."""
    clean_project()
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=1))
    title("waiting, one process, memory store")
    base = await self_pipe_trips()
    middle = quantile(base, 0.5)
    row("baseline: a thread answers by self-pipe, p50", f"{middle * 1e6:.0f} us", "1.0 x", "-")
    nobody = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=0))
    taken = await trips(nobody)
    await nobody.stop(0)
    p50, p99 = quantile(taken, 0.5), quantile(taken, 0.99)
    ratio = f"{p50 / middle:.2f} x"
    row("done -> waiter resumed, p50", f"{p50 * 1e6:.0f} us", ratio, "<= 100 us")
    row("done -> waiter resumed, p99", f"{p99 * 1e6:.0f} us", "-", "<= 3 ms")

    config = OpenHandsIntegrationConfig(store="sqlite:waiting.db", workers=0)
    idle = OpenHandsTestGenerator(config)
    waits = []
    for _ in range(WAITERS):
        task_id = await idle.submit_test_generation_task("src/a.py")
        waits.append(asyncio.create_task(idle.get_test_generation_results(task_id, 60)))
    await asyncio.sleep(0.5)
    begin = time.process_time()
    await asyncio.sleep(SECONDS)
    cost = time.process_time() - begin
    what = f"{WAITERS} waiters for {SECONDS:.0f} s, SQLite: CPU"
    row(what, f"{cost * 1e3:.0f} ms", "-", "<= 50 ms")
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    await idle.stop(0)

    ids = [await generator.submit_task("noop", {}) for _ in range(MANY)]
    results = await asyncio.gather(*(generator.get_test_generation_results(i) for i in ids))
    lost = MANY - sum(result["success"] for result in results)
    row(f"{MANY:,} no-ops: completions lost", str(lost), "-", "0")
    await generator.stop(0)


if __name__ == "__main__":
    asyncio.run(main())
