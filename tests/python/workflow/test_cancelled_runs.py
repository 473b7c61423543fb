"""What a workflow leaves when it is cancelled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import Testbed, hang
from openhands_testgen.workflow import function_stage

from .conftest import Scripted
from .orchestration import make


@pytest.mark.parametrize("during", ["refactoring", "openhands_collection"])
def test_a_cancelled_run_stops_its_generator_at_once(
    component: Path, scripted: Scripted, during: str
) -> None:
    scripted.seconds = 3600

    async def main() -> None:
        begun = asyncio.Event()

        async def refactor() -> None:
            begun.set()
            if during == "refactoring":
                await asyncio.sleep(3600)

        orchestrator = make()
        orchestrator.stages["refactoring"] = function_stage("refactoring", refactor)
        running = asyncio.create_task(orchestrator.run_async_with_parallel_openhands())
        await begun.wait()
        if during == "openhands_collection":
            await scripted.waited_for.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())

    assert scripted.calls == ["start", "start", "stop in 0 s"]


def test_a_cancelled_run_leaves_its_tasks_to_the_next_process(
    component: Path, testbed: Testbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_STORE", "sqlite:tasks.db")
    testbed.script(hang())

    async def main() -> None:
        stage_runs = asyncio.Event()

        async def refactor() -> None:
            stage_runs.set()
            await asyncio.sleep(3600)

        orchestrator = make()
        orchestrator.stages["refactoring"] = function_stage("refactoring", refactor)
        running = asyncio.create_task(orchestrator.run_async_with_parallel_openhands())
        await stage_runs.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        onlooker = OpenHandsTestGenerator(OpenHandsIntegrationConfig.from_env(workers=0))
        page = await onlooker.list_tasks()
        assert {task["status"] for task in page["tasks"]} == {"queued"}
        assert len(page["tasks"]) == 2

    asyncio.run(main())
