"""What tests of handlers share: generators that are stopped at their end, and ways to wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from openhands_testgen import (
    GenerationResult,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskContext,
    TaskStatusDict,
)

MADE: list[OpenHandsTestGenerator] = []
Payload = dict[str, Any]


def make(store: str = "memory:", workers: int = 2, **settings: Any) -> OpenHandsTestGenerator:
    config = OpenHandsIntegrationConfig(
        store=store, workers=workers, retry_base_delay=0.1, **settings
    )
    MADE.append(OpenHandsTestGenerator(config))
    return MADE[-1]


async def outcome(
    generator: OpenHandsTestGenerator, kind: str, payload: Payload, **options: Any
) -> GenerationResult:
    task_id = await generator.submit_task(kind, payload, **options)
    return await generator.get_test_generation_results(task_id, 30)


def run(
    generator: OpenHandsTestGenerator, kind: str, payload: Payload, **options: Any
) -> GenerationResult:
    return asyncio.run(outcome(generator, kind, payload, **options))


async def status_when(
    generator: OpenHandsTestGenerator, task_id: str, holds: Callable[[TaskStatusDict], bool]
) -> TaskStatusDict:
    """The first status for which it holds."""
    async with asyncio.timeout(30):
        while True:
            status = await generator.get_task_status(task_id)
            if holds(status):
                return status
            await asyncio.sleep(0.005)


async def double(context: TaskContext, payload: Payload) -> Payload:
    return {"number": 2 * payload["number"]}


class Sleeper:
    """A handler that sleeps, and what became of it."""

    def __init__(self, swallows: bool = False) -> None:
        self.swallows = swallows
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.seen: list[Any] = []

    async def __call__(self, context: TaskContext, payload: Payload) -> Payload:
        self.begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.seen.append(("cancelled", context.cancelled))
            if not self.swallows:
                raise
        for _ in range(3_000):
            if self.may_end.is_set():
                break
            await asyncio.sleep(0.01)
        return {"late": True}
