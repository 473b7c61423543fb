"""How an attempt of a coroutine ends: by its answer, by a cancel, by its time limit."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

import pytest
from openhands_testgen import (
    OpenHandsTestGenerator,
    RetryableError,
    TaskContext,
    TaskStatusDict,
)

from .handling import Payload, Sleeper, double, make, outcome, run

pytestmark = pytest.mark.usefixtures("project", "stopped_at_the_end")


@pytest.mark.parametrize(
    "call",
    [
        lambda context: context.progress("x", -1),
        lambda context: context.progress("x", 1, 2.5),
        lambda context: context.progress("x", True),
        lambda context: context.log("x", "loud"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(
    generator: OpenHandsTestGenerator, call: Callable[[TaskContext], None]
) -> None:
    async def reports(context: TaskContext, payload: Payload) -> Payload:
        call(context)
        return {}

    generator.register_handler("reports", reports)
    assert (run(generator, "reports", {})["error"] or "").startswith("ValueError: ")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("boom"), "ValueError: boom"),
        (KeyError("name"), "KeyError: 'name'"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (ValueError("cannot read \udcff"), "ValueError: cannot read \\udcff"),
    ],
)
def test_an_exception_fails_the_task_with_its_type_and_text(
    generator: OpenHandsTestGenerator, error: BaseException, says: str
) -> None:
    async def fails(context: TaskContext, payload: Payload) -> Payload:
        raise error

    generator.register_handler("fails", fails)
    generator.register_handler("double", double)
    result = run(generator, "fails", {})

    assert (result["success"], result["error"], result["error_kind"]) == (False, says, "internal")
    assert run(generator, "double", {"number": 2})["success"], "the thread goes on"


def test_an_exit_in_a_task_of_a_handler_does_not_end_the_thread(
    generator: OpenHandsTestGenerator,
) -> None:
    async def leaves() -> None:
        raise SystemExit

    async def starts(context: TaskContext, payload: Payload) -> Payload:
        task = asyncio.create_task(leaves())
        await asyncio.wait([task])
        return {"ended": type(task.exception()).__name__}

    generator.register_handler("starts", starts)
    assert run(generator, "starts", {})["result"] == {"ended": "SystemExit"}
    assert run(generator, "starts", {})["result"] == {"ended": "SystemExit"}


def test_a_retryable_error_is_followed_by_another_attempt(
    generator: OpenHandsTestGenerator,
) -> None:
    times: list[float] = []

    async def flickers(context: TaskContext, payload: Payload) -> Payload:
        times.append(asyncio.get_running_loop().time())
        if context.attempt < 3:
            raise RetryableError("not yet", retry_after=0.3)
        return {"attempt": context.attempt}

    generator.register_handler("flickers", flickers)
    result = run(generator, "flickers", {})

    assert result["result"] == {"attempt": 3}
    assert asyncio.run(generator.get_task_status(result["task_id"]))["retry_count"] == 2
    assert all(later - sooner >= 0.29 for sooner, later in itertools.pairwise(times))


def test_a_retryable_error_is_the_failure_when_no_retry_is_left() -> None:
    async def never(context: TaskContext, payload: Payload) -> Payload:
        raise RetryableError("not today")

    generator = make(max_retries=1)
    generator.register_handler("never", never)
    result = run(generator, "never", {})

    assert (result["error"], result["error_kind"]) == ("RetryableError: not today", "transient")


def endless() -> Payload:
    endless: Payload = {}
    endless["again"] = endless
    return endless


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1], "it is of type list"),
        (None, "it is of type NoneType"),
        ({"a": [0, {1}]}, 'result["a"][1] is of type set'),
        ({"a": object()}, 'result["a"] is of type object'),
        ({"a": b"x"}, 'result["a"] is of type bytes'),
        ({1: 2}, "result has a key of type int, not text"),
        ({"a": float("nan")}, 'result["a"] is NaN'),
        ({"a": 2**70}, 'result["a"] is a whole number of more than 64 bits'),
        ({"a": "\ud800"}, "lone surrogate"),
        (endless(), "nested too deeply"),
    ],
)
def test_a_result_that_is_not_plain_fails_the_task_and_names_the_type(
    generator: OpenHandsTestGenerator, value: Any, says: str
) -> None:
    async def returns(context: TaskContext, payload: Payload) -> Payload:
        return value  # type: ignore[no-any-return]

    generator.register_handler("returns", returns)
    result = run(generator, "returns", {})

    assert (result["success"], result["error_kind"]) == (False, "internal")
    assert result["error"] is not None
    assert result["error"].startswith("the handler must return a dict of plain values")
    assert says in result["error"]


def test_cancel_cancels_the_coroutine_before_it_answers(generator: OpenHandsTestGenerator) -> None:
    sleeper = Sleeper()

    async def main() -> TaskStatusDict:
        generator.register_handler("sleeps", sleeper)
        task_id = await generator.submit_task("sleeps", {})
        await asyncio.to_thread(sleeper.begun.wait, 30)
        return await generator.cancel_task(task_id)

    status = asyncio.run(main())
    assert (status["status"], status["error_kind"]) == ("cancelled", "cancelled")
    assert sleeper.seen == [("cancelled", True)]


def test_cancel_right_after_submission_never_hangs(generator: OpenHandsTestGenerator) -> None:
    async def main() -> None:
        generator.register_handler("sleeps", Sleeper())
        for _ in range(100):
            task_id = await generator.submit_task("sleeps", {})
            await asyncio.sleep(0)
            async with asyncio.timeout(4):
                assert (await generator.cancel_task(task_id))["status"] == "cancelled"

    asyncio.run(main())


def test_an_attempt_over_its_time_limit_is_stopped(generator: OpenHandsTestGenerator) -> None:
    sleeper = Sleeper()
    generator.register_handler("sleeps", sleeper)
    result = run(generator, "sleeps", {}, timeout=0.1)

    assert (result["success"], result["error_kind"]) == (False, "timeout")
    assert sleeper.seen == [("cancelled", True)]


def test_a_handler_that_cancels_itself_has_failed(generator: OpenHandsTestGenerator) -> None:
    async def gives_up(context: TaskContext, payload: Payload) -> Payload:
        raise asyncio.CancelledError

    generator.register_handler("gives_up", gives_up)
    result = run(generator, "gives_up", {})

    assert result["error_kind"] == "internal"
    assert "nobody had asked" in (result["error"] or "")


def test_a_handler_that_will_not_end_is_given_up_after_a_grace(
    generator: OpenHandsTestGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    stubborn = Sleeper(swallows=True)
    loop_time = 0.0

    async def main() -> TaskStatusDict:
        nonlocal loop_time
        generator.register_handler("stubborn", stubborn)
        generator.register_handler("double", double)
        task_id = await generator.submit_task("stubborn", {})
        await asyncio.to_thread(stubborn.begun.wait, 30)
        begin = asyncio.get_running_loop().time()
        status = await generator.cancel_task(task_id)
        loop_time = asyncio.get_running_loop().time() - begin
        stubborn.may_end.set()
        assert (await outcome(generator, "double", {"number": 1}))["success"]
        return await generator.get_task_status(status["task_id"])

    with caplog.at_level(logging.WARNING, "openhands_testgen.engine"):
        status = asyncio.run(main())
    assert status["status"] == "cancelled"
    assert loop_time >= 4.9
    assert "did not end within 5 s after it was asked to stop" in caplog.text
