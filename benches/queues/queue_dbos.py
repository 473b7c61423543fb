"""DBOS: a workflow on a queue; its polls as short as its settings take."""

from __future__ import annotations

import os

from dbos import DBOS, DBOSClient, DBOSConfig
from work import note

QUEUE, POLL = "bench", 0.005


@DBOS.workflow(name="bench")
async def bench(number: int) -> None:
    """Nothing."""
    note(number)


def launch() -> None:
    """In a worker."""
    url = os.environ["URL"].replace("postgres://", "postgresql://")
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "application_version": "1",
        "run_admin_server": False,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=int(os.environ["WORKERS"]), polling_interval_sec=POLL
    )


class Queue:
    """A client."""

    worker = """
import threading
from queue_dbos import launch
launch()
threading.Event().wait()
"""

    def __init__(self, url: str) -> None:
        """On this database."""
        self.url = url.replace("postgres://", "postgresql://")

    async def open(self) -> None:
        """The tables are made by an application, which runs nothing here."""
        import subprocess
        import sys

        made = "from dbos import DBOS; from queue_dbos import launch; launch(); DBOS.destroy()"
        subprocess.run([sys.executable, "-c", made], check=True)  # noqa: ASYNC221
        self.client = DBOSClient(system_database_url=self.url, system_database_pool_size=20)

    async def submit(self, number: int) -> object:
        """One workflow."""
        options = {"workflow_name": "bench", "queue_name": QUEUE, "app_version": "1"}
        return await self.client.enqueue_async(options, number)

    async def wait(self, task: object) -> None:
        """By its handle."""
        await task.get_result(polling_interval_sec=POLL)

    async def close(self) -> None:
        """Disconnects."""
        self.client.destroy()
