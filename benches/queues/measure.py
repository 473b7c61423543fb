"""Measures one queue: `measure.py QUEUE SERVER WORKERS TASKS` prints one line of JSON."""

# ruff: noqa: ASYNC220, ASYNC230  (nothing else goes on while workers are started)

from __future__ import annotations

import asyncio
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Protocol

from work import VARIABLE

PROCESSES = 2
SUBMITTERS = 32
SINGLES = 50
PATIENCE = 900


class Queue(Protocol):
    """What is measured."""

    worker: str
    """The program of a worker process; `WORKERS` and `URL` are in its environment."""

    async def open(self) -> None:
        """Makes what workers need."""

    async def submit(self, number: int) -> object:
        """Submits one task."""

    async def wait(self, task: object) -> None:
        """Returns once the task has ended."""

    async def close(self) -> None:
        """Lets go."""


def begun(log: Path) -> dict[int, int]:
    """When each task ran."""
    if not log.exists():
        return {}
    lines = (line.split() for line in log.read_text().splitlines())
    return {int(number): int(at) for number, at in lines}


async def until(log: Path, numbers: int) -> None:
    """Waits until so many tasks have run."""
    deadline = time.monotonic() + PATIENCE
    while len(begun(log)) < numbers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(begun(log))} of {numbers} ran in {PATIENCE} s")
        await asyncio.sleep(0.02)


async def measure(queue: Queue, log: Path, tasks: int) -> dict[str, Any]:
    """Throughput, then one task after the other."""
    # The workers are there once one task is through.
    await queue.wait(await queue.submit(-1))
    turn = iter(range(tasks))

    async def submitter() -> None:
        for number in turn:
            await queue.submit(number)

    begin = time.monotonic_ns()
    await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))
    await until(log, tasks + 1)
    seconds = (max(begun(log).values()) - begin) / 1e9
    await asyncio.sleep(1)
    pick_up, notice = [], []
    for number in range(tasks, tasks + SINGLES):
        submitted = time.monotonic_ns()
        await queue.wait(await queue.submit(number))
        ended = time.monotonic_ns()
        ran = begun(log)[number]
        pick_up.append(ran - submitted)
        notice.append(ended - ran)
        await asyncio.sleep(0.02)
    return {"rate": tasks / seconds, "pick_up": pick_up, "notice": notice}


async def run(name: str, url: str, workers: int, tasks: int) -> dict[str, Any]:
    """Opens a queue, starts its workers, measures."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        share = max(1, workers // PROCESSES)
        os.environ |= {VARIABLE: str(log), "URL": url, "WORKERS": str(share)}
        os.environ["PYTHONPATH"] = str(Path(__file__).parent)
        os.chdir(folder)
        queue: Queue = importlib.import_module(f"queue_{name}").Queue(url)
        await queue.open()
        said = Path(folder, "said").open("w")  # noqa: SIM115
        started = [
            subprocess.Popen([sys.executable, "-c", queue.worker], stdout=said, stderr=said)
            for _ in range(min(PROCESSES, workers))
        ]
        try:
            return await measure(queue, log, tasks)
        finally:
            await queue.close()
            for process in started:
                process.terminate()
            for process in started:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
            said.close()


def main() -> None:
    """In a database of its own, which is dropped."""
    name, server, workers, tasks = sys.argv[1:]
    if name == "ours":
        # Our own environment has no driver: the tools of PostgreSQL do it.
        execute = lambda sql: subprocess.run(  # noqa: E731
            ["psql", "-q", f"{server}/postgres", "-c", sql], check=True, stdout=sys.stderr, cwd="/"
        )
    else:
        import psycopg

        connection = psycopg.connect(f"{server}/postgres", autocommit=True)
        execute = connection.execute
    database = f"otg_bench_{uuid.uuid4().hex[:12]}"
    execute(f"CREATE DATABASE {database}")
    try:
        if name == "commit":
            figures = commit(f"{server}/{database}", int(tasks))
        else:
            figures = asyncio.run(run(name, f"{server}/{database}", int(workers), int(tasks)))
        print(json.dumps(figures))
    finally:
        execute(f"DROP DATABASE {database} WITH (FORCE)")


def commit(url: str, rounds: int) -> dict[str, Any]:
    """The median of a one-row insert with its commit, in seconds."""
    import psycopg

    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE TABLE raw (id bigserial PRIMARY KEY, text text)")
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        connection.execute("INSERT INTO raw (text) VALUES (%s)", ("text",))
        taken.append(time.perf_counter() - begin)
    return {"commit": sorted(taken)[rounds // 2]}


main()
