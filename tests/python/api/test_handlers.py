"""Handlers that are coroutines: a user's own kinds of task, with the engine's promises."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import weakref
from typing import Any

import pytest
from openhands_testgen import (
    GenerationResult,
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskContext,
    TaskStatusDict,
)

from .handling import Payload, Sleeper, double, make, outcome, run, status_when

pytestmark = pytest.mark.usefixtures("project", "stopped_at_the_end")


def test_a_handler_gets_its_payload_and_its_dict_is_the_result(
    generator: OpenHandsTestGenerator,
) -> None:
    seen: list[Any] = []

    async def count_words(context: TaskContext, payload: Payload) -> Payload:
        seen.append((context.attempt, context.metadata, context.cancelled, payload))
        return {"words": len(payload["text"].split()), "task": context.task_id, "of": (1, None)}

    generator.register_handler("count_words", count_words)
    payload = {"text": "ä b c", "deep": [{"x": 1.5}, None, True]}
    result = run(generator, "count_words", payload, metadata={"note": 1})

    assert result["success"] is True
    assert result["result"] == {"words": 3, "task": result["task_id"], "of": [1, None]}
    assert (result["module_path"], result["output_path"]) == (None, None)
    assert seen == [(1, {"note": 1}, False, payload)]
    status = asyncio.run(generator.get_task_status(result["task_id"]))
    assert (status["kind"], status["metadata"]) == ("count_words", {"note": 1})


def test_handlers_run_on_one_thread_of_their_own_across_several_runs(
    generator: OpenHandsTestGenerator,
) -> None:
    places: set[tuple[int, int]] = set()

    async def where(context: TaskContext, payload: Payload) -> Payload:
        assert asyncio.current_task() is not None
        places.add((threading.get_ident(), id(asyncio.get_running_loop())))
        await asyncio.sleep(0)
        return {}

    generator.register_handler("where", where)
    for _ in range(3):
        assert run(generator, "where", {})["success"]

    assert len(places) == 1
    assert threading.get_ident() not in {thread for thread, _ in places}


def test_a_task_outlives_the_loop_that_submitted_it(generator: OpenHandsTestGenerator) -> None:
    go_on = threading.Event()

    async def waits(context: TaskContext, payload: Payload) -> Payload:
        await asyncio.to_thread(go_on.wait, 30)
        return {"done": True}

    generator.register_handler("waits", waits)
    task_id = asyncio.run(generator.submit_task("waits", {}))
    go_on.set()

    result = asyncio.run(generator.get_test_generation_results(task_id, 30))
    assert result["result"] == {"done": True}


def test_progress_stands_in_the_status_while_it_runs(generator: OpenHandsTestGenerator) -> None:
    go_on = threading.Event()

    async def steps(context: TaskContext, payload: Payload) -> Payload:
        context.progress("reading", 3, 10)
        await asyncio.to_thread(go_on.wait, 30)
        context.progress("writing")
        return {}

    async def main() -> None:
        generator.register_handler("steps", steps)
        task_id = await generator.submit_task("steps", {})
        status = await status_when(generator, task_id, lambda now: now["progress"] is not None)
        assert status["progress"] == {
            "stage": "working",
            "message": "reading",
            "iteration": 1,
            "max_iterations": 1,
            "done": 3,
            "total": 10,
        }
        go_on.set()
        assert (await generator.get_test_generation_results(task_id, 30))["success"]

    asyncio.run(main())


def test_lines_of_a_handler_go_to_the_log_with_its_task(
    generator: OpenHandsTestGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    async def says(context: TaskContext, payload: Payload) -> Payload:
        context.log("half way", "warning")
        return {}

    async def main() -> str:
        generator.register_handler("says", says)
        return (await outcome(generator, "says", {}))["task_id"]

    arrived = threading.Event()
    with caplog.at_level(logging.INFO, "openhands_testgen.engine"):
        task_id = asyncio.run(main())
        for _ in range(1_000):  # a thread of its own brings the lines
            if caplog.records:
                break
            arrived.wait(0.01)
    record = caplog.records[0]
    assert (record.levelname, record.message) == ("WARNING", f"half way task={task_id}")


def test_a_kind_that_nobody_registered_is_refused(generator: OpenHandsTestGenerator) -> None:
    generator.register_handler("double", double)
    with pytest.raises(
        InvalidRequestError,
        match=r'kind: "triple" is unknown: use one of generate_tests, agent_task, generate_rtm, '
        "generate_test_cases, coverage_analysis, plan_generation, requirements_parsing, "
        "plan_validation, noop, double, or give .* register_handler",
    ):
        run(generator, "triple", {})


@pytest.mark.parametrize("kind", ["", "Double", "2fast", "a-b", "x" * 65, "noop", "generate_tests"])
def test_a_name_that_cannot_be_a_kind_is_refused(
    generator: OpenHandsTestGenerator, kind: str
) -> None:
    with pytest.raises(InvalidRequestError, match="^kind: "):
        generator.register_handler(kind, double)


def test_a_payload_above_256_kib_is_refused(generator: OpenHandsTestGenerator) -> None:
    generator.register_handler("double", double)
    with pytest.raises(InvalidRequestError, match="^payload: takes 262155 bytes as JSON"):
        run(generator, "double", {"text": "x" * 256 * 1024})
    with pytest.raises(InvalidRequestError, match="^payload: must be a mapping"):
        run(generator, "double", [1])  # type: ignore[arg-type]


def test_a_handler_registered_again_takes_the_attempts_that_start_later(
    generator: OpenHandsTestGenerator,
) -> None:
    async def other(context: TaskContext, payload: Payload) -> Payload:
        return {"other": True}

    generator.register_handler("double", double)
    assert run(generator, "double", {"number": 1})["result"] == {"number": 2}
    generator.register_handler("double", other)
    assert run(generator, "double", {"number": 1})["result"] == {"other": True}


@pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])
def test_generators_on_one_store_share_their_handlers(store: str) -> None:
    first, second = make(store), make(store)
    first.register_handler("double", double)

    assert run(second, "double", {"number": 4})["result"] == {"number": 8}
    page = asyncio.run(second.list_tasks(kind="double"))
    assert [task["kind"] for task in page["tasks"]] == ["double"]
    assert asyncio.run(second.list_tasks(kind="never_seen"))["tasks"] == []


def test_a_generator_without_workers_may_submit_what_it_registered() -> None:
    submits = make("sqlite:tasks.db", workers=0)
    submits.register_handler("double", double)
    task_id = asyncio.run(submits.submit_task("double", {"number": 5}))
    with pytest.raises(TimeoutError):
        asyncio.run(submits.get_test_generation_results(task_id, 0.1))

    works = make("sqlite:tasks.db")
    works.register_handler("double", double)
    asyncio.run(works.start())
    result = asyncio.run(submits.get_test_generation_results(task_id, 30))
    assert result["result"] == {"number": 10}


def test_handlers_are_there_again_after_a_stop(generator: OpenHandsTestGenerator) -> None:
    generator.register_handler("double", double)
    assert run(generator, "double", {"number": 1})["success"]
    asyncio.run(generator.stop(0))
    asyncio.run(generator.start())
    assert run(generator, "double", {"number": 1})["success"]


def test_stop_gives_a_running_task_back() -> None:
    generator = make("sqlite:tasks.db")
    sleeper = Sleeper()

    async def main() -> TaskStatusDict:
        generator.register_handler("sleeps", sleeper)
        task_id = await generator.submit_task("sleeps", {})
        await asyncio.to_thread(sleeper.begun.wait, 30)
        await generator.stop(0)
        return await make("sqlite:tasks.db", workers=0).get_task_status(task_id)

    status = asyncio.run(main())
    assert (status["status"], status["attempt"]) == ("queued", 0)
    assert sleeper.seen == [("cancelled", True)]


def test_a_handler_is_kept_until_its_engine_stops() -> None:
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=1))
    handler = Sleeper()
    handler.seen.append(generator)  # as handlers do that are methods of what holds the generator
    generator.register_handler("sleeps", handler)
    asyncio.run(generator.start())
    kept = weakref.ref(handler)
    del handler

    gc.collect()
    assert kept() is not None
    asyncio.run(generator.stop(0))
    del generator

    pause = threading.Event()
    for _ in range(1_000):
        gc.collect()
        if kept() is None:
            return
        pause.wait(0.01)  # the handler thread lets go of it
    pytest.fail("the handler is still held")


def test_a_thousand_tasks_are_all_done(generator: OpenHandsTestGenerator) -> None:
    generator.register_handler("double", double)

    async def main() -> list[GenerationResult]:
        ids = [await generator.submit_task("double", {"number": n}) for n in range(1_000)]
        return await asyncio.gather(
            *(generator.get_test_generation_results(task_id, 60) for task_id in ids)
        )

    results = asyncio.run(main())
    assert [(result["result"] or {})["number"] for result in results] == list(range(0, 2_000, 2))


def test_a_quick_handler_never_waits_behind_a_slow_one(generator: OpenHandsTestGenerator) -> None:
    async def main() -> None:
        generator.register_handler("sleeps", Sleeper())
        generator.register_handler("double", double)
        slow = [await generator.submit_task("sleeps", {}) for _ in range(5)]
        assert (await outcome(generator, "double", {"number": 1}))["success"]
        for task_id in slow:
            await generator.cancel_task(task_id)

    asyncio.run(main())


def test_a_handler_may_submit_and_await_tasks_itself(generator: OpenHandsTestGenerator) -> None:
    async def both(context: TaskContext, payload: Payload) -> Payload:
        inner = await outcome(generator, "double", {"number": payload["number"]})
        return {"inner": inner["result"]}

    generator.register_handler("double", double)
    generator.register_handler("both", both)
    assert run(generator, "both", {"number": 3})["result"] == {"inner": {"number": 6}}


def test_cancelled_awaits_leave_the_task_alone(generator: OpenHandsTestGenerator) -> None:
    sleeper = Sleeper()

    async def main() -> TaskStatusDict:
        generator.register_handler("sleeps", sleeper)
        task_id = await generator.submit_task("sleeps", {})
        wait = asyncio.ensure_future(generator.get_test_generation_results(task_id, 30))
        await asyncio.to_thread(sleeper.begun.wait, 30)
        wait.cancel()
        with pytest.raises(asyncio.CancelledError):
            await wait
        status = await generator.get_task_status(task_id)
        await generator.cancel_task(task_id)
        return status

    assert asyncio.run(main())["status"] == "running"
