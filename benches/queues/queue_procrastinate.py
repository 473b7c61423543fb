"""Procrastinate: an app with a psycopg connector; its workers listen."""

# ruff: noqa: ASYNC110  (there is nothing else to wait for)

from __future__ import annotations

import asyncio
import os

import procrastinate
from procrastinate.jobs import Status
from work import note

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["URL"]))


@app.task(queue="bench", name="bench")
async def bench(number: int) -> None:
    """Nothing."""
    note(number)


class Queue:
    """The app, to submit with."""

    worker = """
import asyncio, os
from queue_procrastinate import app

async def main():
    async with app.open_async():
        await app.run_worker_async(concurrency=int(os.environ["WORKERS"]), queues=["bench"])

asyncio.run(main())
"""

    def __init__(self, url: str) -> None:
        """On the database of the environment."""

    async def open(self) -> None:
        """Makes the tables."""
        await app.open_async()
        await app.schema_manager.apply_schema_async()

    async def submit(self, number: int) -> int:
        """One job."""
        return await bench.defer_async(number=number)

    async def wait(self, task: int) -> None:
        """It has no wait: the status is asked for."""
        while await app.job_manager.get_job_status_async(task) != Status.SUCCEEDED:
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """Disconnects."""
        await app.close_async()
