"""The work of the bench: a task that says something again and again, for as long as it is told."""

from __future__ import annotations

import asyncio

from openhands_testgen import TaskContext, handler


@handler("talk")
async def talk(context: TaskContext, payload: dict[str, float]) -> dict[str, int]:
    """A line each second, begun at a moment of its own, so that all of them are spread."""
    await asyncio.sleep(payload["delay"])
    for number in range(int(payload["lines"])):
        context.log(str(number))
        await asyncio.sleep(1)
    return {}
