"""How often does a commit reach for the disk? By `strace`, for the commits of one client."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from _measure import clean_project, row, title
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

FEW = 100
MANY = 1_100


async def submit(count: int) -> None:
    """Submissions one after the other: each is a commit of its own."""
    config = OpenHandsIntegrationConfig(store="sqlite:fsyncs.db", workers=0)
    async with OpenHandsTestGenerator(config) as generator:
        for _ in range(count):
            await generator.submit_test_generation_task("src/a.py")


def syncs_of(count: int, folder: Path) -> int:
    """The fsyncs of a process that submits so often, opening and closing included."""
    trace = folder / f"trace-{count}"
    watch = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", trace]
    subprocess.run([*watch, sys.executable, __file__, str(count)], check=True)
    return sum("sync(" in line for line in trace.read_text().splitlines())


def main() -> None:
    """Prints the row."""
    folder = clean_project()
    if len(sys.argv) > 1:
        asyncio.run(submit(int(sys.argv[1])))
        return
    title("SQLite store, one client")
    if shutil.which("strace") is None:
        row("fsyncs a commit", "strace is missing", "-", "<= 1.05")
        return
    each = (syncs_of(MANY, folder) - syncs_of(FEW, folder)) / (MANY - FEW)
    row("fsyncs a commit", f"{each:.3f}", "-", "<= 1.05")


if __name__ == "__main__":
    main()
