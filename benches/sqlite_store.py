"""What does durability cost? The SQLite store against raw fdatasync of the same disk."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from _measure import ROUNDS, clean_project, median, row, title
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

SYNCS = 200
OPERATIONS = 1_000
CLIENTS = 64


def syncs_a_second(folder: Path) -> float:
    """The baseline: append a page, fdatasync, again."""
    page = b"x" * 4096
    with (folder / "raw").open("wb", buffering=0) as file:
        begin = time.perf_counter()
        for _ in range(SYNCS):
            file.write(page)
            os.fdatasync(file.fileno())
        return SYNCS / (time.perf_counter() - begin)


async def submissions(generator: OpenHandsTestGenerator, clients: int) -> tuple[float, float]:
    """Submissions a second by so many clients at once, and process CPU microseconds for each."""
    each = OPERATIONS // clients

    async def client() -> None:
        for _ in range(each):
            await generator.submit_test_generation_task("src/a.py")

    begin, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(clients)))
    count = each * clients
    return count / (time.perf_counter() - begin), (time.process_time() - cpu) / count * 1e6


async def main() -> None:
    """Prints the rows."""
    folder = clean_project()
    generator = OpenHandsTestGenerator(
        OpenHandsIntegrationConfig(store="sqlite:bench.db", workers=0)
    )
    title("SQLite store")
    raw, single, many, cpu = [], [], [], []
    for _ in range(ROUNDS):
        raw.append(syncs_a_second(folder))
        single.append((await submissions(generator, 1))[0])
        rate, cost = await submissions(generator, CLIENTS)
        many.append(rate)
        cpu.append(cost)
    base = median(raw)
    row("baseline: raw fdatasync of 4 KiB", f"{base:,.0f}/s", "1.0 x", "-")
    alone, together = median(single), median(many)
    row("submit, one client", f"{alone:,.0f}/s", f"{alone / base:.2f} x", "-")
    row(f"submit, {CLIENTS} clients", f"{together:,.0f}/s", f"{together / base:.1f} x", ">= 10 x")
    row(f"submit, {CLIENTS} clients: CPU", f"{median(cpu):.0f} us", "-", "<= 50 us")
    await generator.stop(0)


if __name__ == "__main__":
    asyncio.run(main())
