"""Watching a task: every move and every step of progress, numbered, read late and again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskEvent,
    TaskNotFoundError,
    TaskStatus,
)

STORES = pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])


def generator_on(store: str, workers: int = 1) -> OpenHandsTestGenerator:
    return OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, workers=workers))


async def all_events(
    generator: OpenHandsTestGenerator, task_id: str, after: int = 0
) -> list[TaskEvent]:
    return [event async for event in generator.watch_task(task_id, after)]


@STORES
@pytest.mark.usefixtures("components")
def test_a_watcher_sees_every_move_and_step_in_order(store: str) -> None:
    async def main() -> None:
        async with generator_on(store) as generator:
            task_id = await generator.submit_test_generation_task("src/components/my_component.py")
            seen = await all_events(generator, task_id)
            assert [event["number"] for event in seen] == list(range(1, len(seen) + 1))
            moves = [event["status"] for event in seen if event["event"] == "status"]
            assert moves == [TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.COMPLETED]
            progress = [event["progress"] for event in seen if event["event"] == "progress"]
            stages = [step["stage"] for step in progress if step is not None]
            assert stages[0] == "preparing"
            assert "verifying" in stages
            times = [event["time"] for event in seen]
            assert times == sorted(times)
            assert await all_events(generator, task_id) == seen
            assert await all_events(generator, task_id, after=2) == seen[2:]
            assert await all_events(generator, task_id, after=10_000) == []

    asyncio.run(main())


@STORES
@pytest.mark.usefixtures("project")
def test_many_watchers_see_the_same_and_one_that_leaves_disturbs_nobody(store: str) -> None:
    async def main() -> None:
        generator = generator_on(store, workers=0)
        task_id = await generator.submit_task("noop", {})
        watching = [asyncio.ensure_future(all_events(generator, task_id)) for _ in range(20)]
        first = [await anext(aiter(generator.watch_task(task_id))) for _ in range(3)]
        assert [event["number"] for event in first] == [1, 1, 1]
        watching[0].cancel()
        await generator.cancel_task(task_id)
        seen = await asyncio.gather(*watching[1:])
        assert all(events == seen[0] for events in seen)
        assert [event["status"] for event in seen[0]] == ["queued", "cancelled"]
        await generator.stop()

    asyncio.run(main())


@pytest.mark.usefixtures("project")
def test_a_dependant_that_fails_with_its_dependency_is_seen_by_its_watcher() -> None:
    async def main() -> None:
        generator = generator_on("memory:", workers=0)
        first = await generator.submit_task("noop", {})
        second = await generator.submit_task("noop", {}, depends_on=[first])
        watching = asyncio.ensure_future(all_events(generator, second))
        result = asyncio.ensure_future(generator.get_test_generation_results(second))
        await anext(aiter(generator.watch_task(second)))
        await generator.cancel_task(first)
        seen = await watching
        assert [event["status"] for event in seen] == ["pending", "failed"]
        assert seen[-1]["error_kind"] == "dependency"
        assert (await result)["error_kind"] == "dependency"
        await generator.stop()

    asyncio.run(main())


@pytest.mark.usefixtures("project")
def test_events_are_there_after_the_process_that_made_them(tmp_path: Path) -> None:
    async def main() -> None:
        store = f"sqlite:{tmp_path}/tasks.db"
        async with generator_on(store) as generator:
            task_id = await generator.submit_task("noop", {})
            seen = await all_events(generator, task_id)
        async with generator_on(store) as generator:
            assert await all_events(generator, task_id) == seen

    asyncio.run(main())


@pytest.mark.usefixtures("project")
def test_unknown_tasks_and_numbers_are_refused() -> None:
    async def main() -> None:
        async with generator_on("memory:") as generator:
            with pytest.raises(TaskNotFoundError):
                await all_events(generator, "0199a0b0-0000-7000-8000-000000000000")
            task_id = await generator.submit_task("noop", {})
            with pytest.raises(InvalidRequestError, match="after: must be the number"):
                await all_events(generator, task_id, after=-1)

    asyncio.run(main())
