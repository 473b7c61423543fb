"""Celery on a Redis of its own that writes each command to disk before it answers."""

# ruff: noqa: ASYNC220  (nothing else goes on while Redis is started)

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from pathlib import Path

from celery import Celery
from work import note


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


PORT = os.environ.setdefault("REDIS_PORT", str(free_port()))
ADDRESS = f"redis://127.0.0.1:{PORT}/0"
app = Celery("bench", broker=ADDRESS, backend=ADDRESS)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1)


@app.task(name="bench")
def bench(number: int) -> None:
    """Nothing."""
    note(number)


class Queue:
    """The app, to submit with."""

    worker = """
import os
from queue_celery import app
app.worker_main(["worker", "--loglevel=ERROR", "--without-gossip", "--without-mingle",
                 f"--hostname=w{os.getpid()}@%h", f"--concurrency={os.environ['WORKERS']}"])
"""

    def __init__(self, url: str) -> None:
        """The database plays no part."""

    async def open(self) -> None:
        """Starts Redis."""
        program = shutil.which("redis-server")
        if program is None:
            raise SystemExit("redis-server is not installed")
        folder = Path.cwd() / "redis"
        folder.mkdir()
        durably = ["--appendonly", "yes", "--appendfsync", "always"]
        self.redis = subprocess.Popen(
            [program, "--port", PORT, "--dir", folder, "--save", "", *durably],
            stdout=subprocess.DEVNULL,
        )
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(PORT))) == 0:
                    break
            await asyncio.sleep(0.02)

    async def submit(self, number: int) -> object:
        """One task; the client blocks."""
        return await asyncio.to_thread(bench.delay, number)

    async def wait(self, task: object) -> None:
        """By its result, which is pushed."""
        await asyncio.to_thread(task.get, timeout=900)

    async def close(self) -> None:
        """Ends Redis."""
        app.close()
        self.redis.terminate()
        self.redis.wait()
