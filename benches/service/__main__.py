"""What does the service cost, asked by another process? Submissions, streams, memory, hold-ups.

`python benches/service [STREAMS [SECONDS]]`, a thousand for half a minute where it is not said.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from _measure import clean_project, median, quantile, row, title  # noqa: E402
from client import Client  # noqa: E402
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator  # noqa: E402

ROUNDS = 20
SUBMISSIONS = 50
"""Of each sort in a round."""

MINIMAL = ["cargo", "bench", "--quiet", "--no-default-features", "--bench", "minimal"]
"""Runs `minimal.rs`, which serves until its standard input ends."""

STREAMS_EACH = 10
"""How many follow one task."""

STREAMS_OF_ALL = 5
"""How many follow all tasks besides."""

SETTLED = 5
"""Seconds until all streams are open, and tasks begin to talk."""

DOCUMENTS = 4
"""How many are worked on at once."""

REQUIREMENTS = 2_500
"""Of each document: as many files of test cases."""

LOOKS = 1_000
"""At the idle service."""

REQUEST = {"task_type": "generate_tests", "payload": {"module_path": "src/a.py"}}


class Service:
    """`openhands-testgen serve` in a process of its own."""

    def __init__(self, store: str, workers: int) -> None:
        """Waits until it listens."""
        command = [
            Path(sys.executable).with_name("openhands-testgen"), "serve", "--port", "0",
            "--store", store, "--workers", str(workers), "--handlers", "jobs",
        ]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": str(HERE)}
        said_to = Path(f"{store.removeprefix('sqlite:')}.log")
        with said_to.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log)
        while not (said := re.search(r"serving on (\S+),", said_to.read_text())):
            assert self.process.poll() is None, said_to.read_text()
            time.sleep(0.05)
        self.address = said[1]
        self.key = Path("openhands_workspace/service.token").read_text().strip()

    def client(self) -> Client:
        """One that may come in."""
        return Client(self.address, self.key)

    def memory(self) -> float:
        """Resident MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def __enter__(self) -> Service:
        """It listens already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait()


class Series:
    """What one way of asking takes, in rounds that take turns with those of the others.

    A disk that syncs slower for a while is slower for all of them.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[object]],
        after: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Nothing is asked yet; what comes before each time is not measured."""
        self.ask = ask
        self.after = after
        self.times: list[float] = []

    async def round(self) -> None:
        """Asks some times, one after the other."""
        for _ in range(SUBMISSIONS):
            if self.after is not None:
                await self.after()
            begin = time.perf_counter()
            await self.ask()
            self.times.append(time.perf_counter() - begin)

    @property
    def median(self) -> float:
        """In seconds."""
        return median(self.times)


@asynccontextmanager
async def minimal() -> AsyncIterator[Client]:
    """A service of one handler that does nothing."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*MINIMAL, cwd=HERE, stdin=pipe, stdout=pipe)
    assert server.stdin is not None
    assert server.stdout is not None
    yield await Client((await server.stdout.readline()).decode().strip()).open()
    server.stdin.close()
    await server.wait()


async def submissions() -> None:
    """Prints what a submission takes."""
    config = OpenHandsIntegrationConfig(store="sqlite:alone.db", workers=0)
    generator = OpenHandsTestGenerator(config)
    async with minimal() as other:
        with Service("sqlite:quiet.db", 0) as quiet, Service("sqlite:followed.db", 0) as followed:
            one, two = await quiet.client().open(), await followed.client().open()
            await (await followed.client().open()).begin("/events")

            async def kept() -> object:
                return await generator.submit_test_generation_task("src/a.py")

            series = [
                Series(lambda: other.post("/", REQUEST)),
                Series(lambda: other.post("/", REQUEST), after=kept),
                Series(kept),
                Series(lambda: one.post("/api/v1/tasks", REQUEST)),
                Series(lambda: two.post("/api/v1/tasks", REQUEST)),
            ]
            for _ in range(ROUNDS):
                for asked in series:
                    await asked.round()
    await generator.stop(0)
    plain, cold, alone, ours, told = (asked.median for asked in series)
    title("a service on SQLite, asked by another process")
    row("baseline: a minimal axum handler, p50", f"{plain * 1e3:.3f} ms", "-", "-")
    row("the same, each after a wait for the disk, p50", f"{cold * 1e3:.3f} ms", "-", "-")
    row("baseline: a submission to the store, p50", f"{alone * 1e3:.3f} ms", "1.0 x", "-")
    budget = alone + 2 * plain
    row("submit over HTTP, p50", f"{ours * 1e3:.3f} ms", f"{ours / alone:.2f} x",
        f"<= {budget / alone:.2f} x (the store + 2 x minimal)")  # fmt: skip
    row("the same once its owner has followed all tasks, p50", f"{told * 1e3:.3f} ms",
        f"{told / alone:.2f} x", "-")  # fmt: skip


async def streams(count: int, seconds: int) -> None:
    """Prints how old events are when their followers have them, and what memory they take."""
    tasks = count // STREAMS_EACH
    with Service("sqlite:streams.db", tasks) as service:
        delays, of_all, memory = await follow(service, tasks, seconds)
    assert len(delays) == count * seconds, f"{len(delays)} of {count * seconds} events came"
    title(f"{tasks} events a second, each to {STREAMS_EACH} of {count:,} streams, for {seconds} s")
    for part in (0.5, 0.99):
        what = f"delay from its store to its follower, p{part * 100:.0f}"
        budget = "<= 50 ms" if part > 0.9 else "-"
        row(what, f"{quantile(delays, part) * 1e3:.1f} ms", "-", budget)
        what = f"the same to each of {STREAMS_OF_ALL} who follow all tasks, p{part * 100:.0f}"
        row(what, f"{quantile(of_all, part) * 1e3:.1f} ms", "-", budget)
    before, during, after = memory
    figures = f"{before:.0f} {during:.0f} {after:.0f} MiB"
    row("memory before, during and after", figures, f"{after / during:.2f} x", "<= 1.05 x (flat)")


async def follow(
    service: Service, tasks: int, seconds: int
) -> tuple[list[float], list[float], list[float]]:
    """How late each event came to those who follow one task and to those who follow all.

    And the memory before, during and after.
    """
    memory = [service.memory()]
    client = await service.client().open()
    followers: list[asyncio.Task[None]] = []
    delays: list[float] = []
    of_all: list[float] = []
    for _ in range(STREAMS_OF_ALL):
        follower = await service.client().open()
        endless = follower.follow("/events", of_all, enough=tasks * seconds)
        followers.append(asyncio.create_task(endless))
    for number in range(tasks):
        payload = {"delay": SETTLED + number / tasks, "lines": seconds}
        task = await client.post("/tasks", {"task_type": "talk", "payload": payload})
        for _ in range(STREAMS_EACH):
            follower = await service.client().open()
            path = f"/tasks/{task['task_id']}/events"
            followers.append(asyncio.create_task(follower.follow(path, delays)))
    await asyncio.sleep(SETTLED + 1)
    memory.append(service.memory())
    await asyncio.gather(*followers)
    memory.append(service.memory())
    return delays, of_all, memory


async def documents() -> None:
    """Prints what others wait for while the service works on large documents itself."""
    lines = (
        f"- REQ-{n}: The shop keeps order {n}, and refuses others." for n in range(REQUIREMENTS)
    )
    text = "\n".join(lines)
    with Service("sqlite:documents.db", DOCUMENTS) as service:
        client = await service.client().open()
        idle = [await look(client) for _ in range(LOOKS)]
        ends = []
        for number in range(DOCUMENTS):
            payload = {"project_id": f"shop-{number}", "rtm_content": text}
            task = {"task_type": "generate_test_cases", "payload": payload}
            path = f"/tasks/{(await client.post('/tasks', task))['task_id']}/events"
            ends.append((await service.client().open()).follow(path, []))
        end = asyncio.gather(*ends)
        busy = []
        while not end.done():
            busy.append(await look(client))
        await end
    title(f"{DOCUMENTS} documents of {REQUIREMENTS:,} requirements become test cases")
    base = median(idle)
    row(
        "baseline: who one is, asked of the idle service, p50", f"{base * 1e3:.2f} ms", "1.0 x", "-"
    )
    for what, time_taken in (
        ("the same meanwhile, p50", median(busy)),
        ("the same meanwhile, p99", quantile(busy, 0.99)),
        ("the same meanwhile, the longest", max(busy)),
    ):
        row(what, f"{time_taken * 1e3:.2f} ms", f"{time_taken / base:.1f} x", "-")


async def look(client: Client) -> float:
    """How long a small answer takes, in seconds; asked 500 times a second at most."""
    await asyncio.sleep(0.002)
    begin = time.perf_counter()
    await client.get("/me")
    return time.perf_counter() - begin


async def main() -> None:
    """Prints the rows."""
    clean_project()
    await submissions()
    await documents()
    sizes = sys.argv[1:]
    count, seconds = (int(size) for size in sizes + ["1000", "30"][len(sizes) :])
    await streams(count, seconds)


if __name__ == "__main__":
    asyncio.run(main())
