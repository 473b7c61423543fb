"""The class in asyncio code of every shape: loops, tasks, mocks, subclasses, pickles."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
import pickle
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
import uvloop
from openhands_testgen import (
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskPriority,
    TaskStatus,
)

pytestmark = pytest.mark.usefixtures("project")

Main = Callable[[Coroutine[Any, Any, Any]], Any]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


MADE: list[OpenHandsTestGenerator] = []


def in_memory(workers: int = 1) -> OpenHandsTestGenerator:
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=workers))
    MADE.append(generator)
    return generator


@pytest.fixture(autouse=True)
def _an_engine_of_its_own() -> Iterator[None]:
    """All generators of a process on `memory:` share one engine: each test ends its own."""
    yield
    while MADE:
        asyncio.run(MADE.pop().stop(0))


@LOOPS
def test_tasks_run_and_their_results_are_awaited(run: Main) -> None:
    async def main() -> None:
        async with in_memory() as generator:
            task_id = await generator.submit_task("noop", {}, metadata={"note": "ä"})
            result = await generator.get_test_generation_results(task_id)
            assert result["success"] is True
            assert (await generator.get_task_status(task_id))["metadata"] == {"note": "ä"}

    run(main())


@LOOPS
def test_one_generator_works_in_one_loop_after_another(run: Main) -> None:
    generator = in_memory()

    async def main() -> str:
        task_id = await generator.submit_task("noop", {})
        return (await generator.get_test_generation_results(task_id))["task_id"]

    assert len({run(main()) for _ in range(5)}) == 5


@LOOPS
def test_create_task_gather_and_task_group_take_the_coroutines(run: Main) -> None:
    async def main() -> None:
        generator = in_memory()
        task_id = await asyncio.create_task(generator.submit_task("noop", {}))
        first, second = await asyncio.gather(
            generator.get_test_generation_results(task_id), generator.get_task_status(task_id)
        )
        assert first["task_id"] == second["task_id"] == task_id
        async with asyncio.TaskGroup() as group:
            waits = [
                group.create_task(generator.get_test_generation_results(task_id)) for _ in range(10)
            ]
        assert all(wait.result()["success"] for wait in waits)

    run(main())


def test_a_thousand_tasks_at_once_all_complete() -> None:
    async def main() -> None:
        generator = in_memory()
        task_ids = [await generator.submit_task("noop", {}) for _ in range(1_000)]
        results = await asyncio.gather(
            *(generator.get_test_generation_results(task_id) for task_id in task_ids)
        )
        assert [result["task_id"] for result in results] == task_ids
        assert all(result["success"] for result in results)

    asyncio.run(main())


def test_loops_in_several_threads_share_one_generator() -> None:
    generator = in_memory()
    finished: list[int] = []

    async def main() -> None:
        for _ in range(50):
            task_id = await generator.submit_task("noop", {})
            await generator.get_test_generation_results(task_id)
            finished.append(1)

    threads = [threading.Thread(target=asyncio.run, args=(main(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(finished) == 200


def test_cancelling_an_await_does_not_cancel_the_task() -> None:
    async def main() -> None:
        generator = in_memory(workers=0)
        task_id = await generator.submit_test_generation_task("a.py")
        wait = asyncio.create_task(generator.get_test_generation_results(task_id))
        await asyncio.sleep(0)
        wait.cancel()
        with pytest.raises(asyncio.CancelledError):
            await wait
        assert (await generator.get_task_status(task_id))["status"] is TaskStatus.QUEUED
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(generator.get_test_generation_results(task_id), 0.01)
        await generator.cancel_task(task_id)

    asyncio.run(main())


def test_context_variables_are_the_callers() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    async def main() -> None:
        generator = in_memory()
        variable.set("mine")
        task_id = await generator.submit_task("noop", {})
        await generator.get_test_generation_results(task_id)
        assert variable.get() == "mine"

    asyncio.run(main())


def test_a_loop_without_readers_is_woken_by_a_helper_thread() -> None:
    class Proactor(asyncio.SelectorEventLoop):
        def add_reader(self, *_: object) -> None:
            raise NotImplementedError

    async def main() -> None:
        generator = in_memory()
        for _ in range(20):
            task_id = await generator.submit_task("noop", {})
            result = await generator.get_test_generation_results(task_id)
            assert result["success"]

    with asyncio.Runner(loop_factory=Proactor) as runner:
        runner.run(main())


def test_loops_are_not_kept_alive() -> None:
    generator = in_memory(workers=0)
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def main() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        task_id = await generator.submit_test_generation_task("a.py")
        with pytest.raises(TimeoutError):
            await generator.get_test_generation_results(task_id, timeout=0.01)

    for _ in range(3):
        asyncio.run(main())
    gc.collect()

    assert [loop() for loop in loops] == [None, None, None]


def test_results_come_in_the_order_in_which_tasks_end() -> None:
    async def main() -> None:
        generator = in_memory()
        waiting = await generator.submit_test_generation_task(
            "missing.py", priority=TaskPriority.LOW
        )
        quick = [await generator.submit_task("noop", {}) for _ in range(3)]
        ended = [
            result["task_id"] async for result in generator.as_completed([waiting, *quick], 30)
        ]
        assert sorted(ended) == sorted([waiting, *quick])

    asyncio.run(main())


def test_signatures_are_those_of_the_documents() -> None:
    def parameters(method: Callable[..., object]) -> dict[str, object]:
        return {
            name: parameter.default
            for name, parameter in inspect.signature(method).parameters.items()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name != "self"
        }

    generator = OpenHandsTestGenerator
    empty = inspect.Parameter.empty
    assert parameters(generator.submit_test_generation_task) == {
        "module_path": empty, "output_path": None, "coverage_threshold": 80,
    }  # fmt: skip
    assert parameters(generator.get_test_generation_results) == {
        "task_id": empty, "timeout": None, "poll_interval": 2.0,
    }  # fmt: skip
    assert parameters(generator.get_task_status) == {"task_id": empty}
    assert parameters(generator.generate_tests) == {
        "module_path": empty, "output_path": None, "coverage_threshold": 80, "timeout": None,
    }  # fmt: skip
    assert parameters(generator.from_env) == {"use_docker": True}
    assert parameters(generator.__init__) == {
        "config": empty, "use_docker": True, "circuit_breaker_name": "openhands_test_generation",
    }  # fmt: skip
    assert inspect.iscoroutinefunction(generator.submit_test_generation_task)


def test_it_can_be_mocked_and_patched() -> None:
    mock = AsyncMock(spec=OpenHandsTestGenerator)
    mock.submit_test_generation_task.return_value = "an-id"
    with patch.object(OpenHandsTestGenerator, "from_env", return_value=mock):
        generator = OpenHandsTestGenerator.from_env()

    assert asyncio.run(generator.submit_test_generation_task("a.py")) == "an-id"
    with pytest.raises(AttributeError):
        _ = mock.no_such_method


def test_it_can_be_subclassed() -> None:
    class Mine(OpenHandsTestGenerator):
        def __init__(self, store: str) -> None:
            super().__init__(OpenHandsIntegrationConfig(store=store))
            self.submitted: list[str] = []

        async def submit_task(self, kind: str, *args: Any, **keywords: Any) -> str:
            self.submitted.append(kind)
            return await super().submit_task(kind, *args, **keywords)

    mine = Mine("memory:")
    asyncio.run(mine.submit_task("noop", {}))
    asyncio.run(mine.stop(0))

    assert mine.submitted == ["noop"]


def test_configuration_and_generator_survive_pickling() -> None:
    config = OpenHandsIntegrationConfig(store="memory:", api_key="sk-secret", workers=2)
    generator = OpenHandsTestGenerator(config, use_docker=False)

    assert pickle.loads(pickle.dumps(config)) == config
    copy = pickle.loads(pickle.dumps(generator))
    assert (copy.config, copy.use_docker) == (config, False)


def test_the_attributes_of_the_original_are_there(project: Path) -> None:
    generator = OpenHandsTestGenerator.from_env(use_docker=False)

    assert generator.config.project_root == project
    assert generator.use_docker is False
    assert generator.circuit_breaker is None
    assert generator.circuit_breaker_name == "openhands_test_generation"
    assert generator.engine is not None
    assert generator.validator.validate({"success": False, "error": "no"}).errors == ["no"]


def test_start_and_stop_are_idempotent_and_counted() -> None:
    async def main() -> None:
        first, second = in_memory(), in_memory()
        await first.start()
        await first.start()
        await second.start()
        task_id = await first.submit_task("noop", {})
        await first.stop()
        await first.stop()
        with pytest.raises(RuntimeError, match="stopped"):
            await first.submit_task("noop", {})
        assert (await second.get_test_generation_results(task_id))["success"]
        await second.stop()
        await first.start()
        with pytest.raises(RuntimeError, match="not found"):
            await first.get_task_status(task_id)
        await first.stop()

    asyncio.run(main())


def test_no_generator_takes_the_engine_from_another_that_uses_it() -> None:
    async def main() -> None:
        first, second = in_memory(), in_memory()
        task_id = await second.submit_task("noop", {})
        async with first:
            await first.get_queue_stats()
        assert (await second.get_test_generation_results(task_id))["success"]
        await second.stop()

    asyncio.run(main())


def test_a_generator_without_workers_does_not_idle_another_on_its_store() -> None:
    async def main() -> None:
        idle, busy = (
            OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="sqlite:one.db", workers=count))
            for count in (0, 1)
        )
        task_id = await idle.submit_task("noop", {})
        assert (await busy.get_queue_stats())["total_tasks"] == 1
        assert (await idle.get_test_generation_results(task_id, 30))["success"]
        await idle.stop(0)
        await busy.stop(0)

    asyncio.run(main())
