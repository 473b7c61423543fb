"""The planning tools begin anew in each test, in a project of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import planning
from openhands_testgen._arrival import arrival


@pytest.fixture(autouse=True)
def own_engine(empty_project: Path) -> Iterator[None]:
    """The engine of the process, with the settings of the test."""
    planning._desk.cache_clear()
    yield
    stop_engine()


def stop_engine() -> None:
    """Stops the engine of the process; the next call makes another on the same store."""

    async def stop() -> None:
        await arrival(planning._desk().engine.stop(0))

    if planning._desk.cache_info().currsize:
        asyncio.run(stop())
    planning._desk.cache_clear()
