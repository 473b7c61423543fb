"""openhands-testgen: a handler of a kind of one's own, in worker processes of the command."""

from __future__ import annotations

from openhands_testgen import (
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskContext,
    handler,
)
from work import note


@handler("bench")
async def bench(context: TaskContext, payload: dict[str, int]) -> dict[str, int]:
    """Nothing."""
    note(payload["number"])
    return {}


class Queue:
    """A generator that runs nothing."""

    worker = """
import os, sys
from openhands_testgen._core import main
sys.exit(main(["openhands-testgen", "worker", "--store", os.environ["URL"], "--kinds", "bench",
               "--handlers", "queue_ours", "--concurrency", os.environ["WORKERS"]]))
"""

    def __init__(self, url: str) -> None:
        """On this database."""
        config = OpenHandsIntegrationConfig(store=url, workers=0, default_timeout_seconds=900)
        self.generator = OpenHandsTestGenerator(config)

    async def open(self) -> None:
        """Makes the tables."""
        await self.generator.start()

    async def submit(self, number: int) -> str:
        """One task."""
        return await self.generator.submit_task("bench", {"number": number})

    async def wait(self, task: str) -> None:
        """By its result."""
        assert (await self.generator.get_test_generation_results(task))["success"]

    async def close(self) -> None:
        """Stops."""
        await self.generator.stop()
