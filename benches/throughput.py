"""How many no-op tasks a second, submit to all results? Against a plain asyncio pool."""

from __future__ import annotations

import asyncio
import gc
import time
import uuid
from collections.abc import Awaitable, Callable

from _measure import clean_project, median, row, title
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator, TaskContext

ROUNDS = 5
SIZES = (1_000, 10_000, 100_000)
WORKERS = 4


class PlainPool:
    """The baseline: what one would write by hand, with the same two calls."""

    def __init__(self) -> None:
        """Starts the workers in the running loop."""
        self.queue: asyncio.PriorityQueue[tuple[int, int, str]] = asyncio.PriorityQueue()
        self.done: dict[str, asyncio.Future[dict[str, object]]] = {}
        self.workers = [asyncio.create_task(self.work()) for _ in range(WORKERS)]

    async def work(self) -> None:
        """Does nothing with each task, for ever."""
        while True:
            _, _, task_id = await self.queue.get()
            self.done[task_id].set_result({"success": True, "task_id": task_id, "result": {}})

    async def submit(self) -> str:
        """Queues a task, after those that were queued before."""
        task_id = str(uuid.uuid4())
        self.done[task_id] = asyncio.get_running_loop().create_future()
        await self.queue.put((1, len(self.done), task_id))
        return task_id

    async def result(self, task_id: str) -> dict[str, object]:
        """Waits for a task."""
        return await self.done[task_id]


async def plain_pool(size: int) -> None:
    """The work by the baseline."""
    pool = PlainPool()
    ids = [await pool.submit() for _ in range(size)]
    await asyncio.gather(*(pool.result(task_id) for task_id in ids))
    for worker in pool.workers:
        worker.cancel()


async def nothing(context: TaskContext, payload: dict[str, object]) -> dict[str, object]:
    """The handler of a user who has nothing to do."""
    return {}


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Wall seconds of one run."""
    gc.collect()
    begin = time.perf_counter()
    await work()
    return time.perf_counter() - begin


async def main() -> None:
    """Prints the rows."""
    clean_project()
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=WORKERS))

    generator.register_handler("nothing", nothing)

    async def engine(kind: str, size: int) -> None:
        ids = [await generator.submit_task(kind, {}) for _ in range(size)]
        await asyncio.gather(*(generator.get_test_generation_results(i) for i in ids))

    title("throughput: no-op tasks, submit to all results, memory store")
    for size in SIZES:
        rates: dict[str, list[float]] = {"plain": [], "noop": [], "nothing": []}
        for _ in range(ROUNDS):
            rates["plain"].append(size / await timed(lambda size=size: plain_pool(size)))
            for kind in ("noop", "nothing"):
                seconds = await timed(lambda kind=kind, size=size: engine(kind, size))
                rates[kind].append(size / seconds)
        base = median(rates["plain"])
        for kind, name, budget in (("noop", "Rust", 1), ("nothing", "Python", 0.3)):
            rate = median(rates[kind])
            what = f"{size:>7,} no-ops by a {name} handler (plain pool: {base:,.0f}/s)"
            row(what, f"{rate:,.0f}/s", f"{rate / base:.2f} x", f">= {budget} x")
    await generator.stop(0)


if __name__ == "__main__":
    asyncio.run(main())
