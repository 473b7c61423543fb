"""The clock of a testbed: what would have happened by then has happened when `advance` returns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from openhands_testgen import OpenHandsTestGenerator, TaskNotFoundError
from openhands_testgen.testing import Testbed, crash, hang, ok, rate_limit

MODULE = "src/shop/pricing.py"


async def stands(generator: OpenHandsTestGenerator, task_id: str) -> str:
    return (await generator.get_task_status(task_id))["status"]


def test_all_retries_of_a_time_happen_in_it(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> tuple[str, str, int]:
        testbed.script(rate_limit(times=3))
        task_id = await generator.submit_test_generation_task(MODULE)
        testbed.clock.advance(0)
        before = await stands(generator, task_id)
        testbed.clock.advance(60)
        status = await generator.get_task_status(task_id)
        return before, status["status"], status["retry_count"]

    assert asyncio.run(scenario()) == ("pending", "completed", 3)


def test_a_provider_that_asks_for_time_gets_it(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> list[str]:
        testbed.script(rate_limit(times=1, retry_after=120))
        task_id = await generator.submit_test_generation_task(MODULE)
        seen = []
        for _ in range(2):
            testbed.clock.advance(61)
            seen.append(await stands(generator, task_id))
        return seen

    assert asyncio.run(scenario()) == ["pending", "completed"]


def test_scripted_seconds_pass(testbed: Testbed, generator: OpenHandsTestGenerator) -> None:
    async def scenario() -> tuple[list[str], timedelta]:
        testbed.script(ok(seconds=120))
        task_id = await generator.submit_test_generation_task(MODULE)
        seen = []
        for _ in range(2):
            testbed.clock.advance(timedelta(minutes=1.2))
            seen.append(await stands(generator, task_id))
        status = await generator.get_task_status(task_id)
        assert status["started_at"] is not None and status["completed_at"] is not None
        took = datetime.fromisoformat(status["completed_at"]) - datetime.fromisoformat(
            status["started_at"]
        )
        return seen, took

    seen, took = asyncio.run(scenario())

    assert seen == ["running", "completed"]
    assert timedelta(seconds=120) <= took < timedelta(seconds=144)


def test_an_attempt_reaches_its_time_limit(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> list[str | None]:
        testbed.script([hang(), ok(seconds=200)])
        ids = [
            await generator.submit_test_generation_task(MODULE, timeout=limit)
            for limit in (150, 150)
        ]
        testbed.clock.advance(160)
        return [(await generator.get_task_status(task_id))["error_kind"] for task_id in ids]

    # What would have taken longer than its limit was not done at its limit.
    assert asyncio.run(scenario()) == ["timeout", "timeout"]


def test_an_unnoticed_death_is_known_when_its_lease_has_run_out(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> list[tuple[str, int]]:
        testbed.script(crash(times=1, noticed=False))
        task_id = await generator.submit_test_generation_task(MODULE)
        seen = []
        for seconds in (30, 20):
            testbed.clock.advance(seconds)
            status = await generator.get_task_status(task_id)
            seen.append((str(status["status"]), status["attempt"]))
        return seen

    assert asyncio.run(scenario()) == [("running", 1), ("completed", 2)]


def test_a_task_runs_at_its_time(testbed: Testbed, generator: OpenHandsTestGenerator) -> None:
    async def scenario() -> list[str]:
        at = testbed.clock.now() + timedelta(hours=3)
        task_id = await generator.submit_test_generation_task(MODULE, run_at=at)
        seen = []
        for _ in range(2):
            testbed.clock.advance(timedelta(hours=2))
            seen.append(await stands(generator, task_id))
        return seen

    assert asyncio.run(scenario()) == ["pending", "completed"]


def test_a_final_task_is_gone_after_its_retention(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> None:
        task_id = await generator.submit_test_generation_task(MODULE)
        testbed.clock.advance(timedelta(hours=23))
        assert await stands(generator, task_id) == "completed"
        testbed.clock.advance(timedelta(hours=2))
        with pytest.raises(TaskNotFoundError):
            await generator.get_task_status(task_id)

    asyncio.run(scenario())


def test_a_call_that_waits_gives_up_at_its_time(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> str:
        testbed.script(hang())
        task_id = await generator.submit_test_generation_task(MODULE, timeout=1000)
        wait = asyncio.create_task(generator.get_test_generation_results(task_id, timeout=600))
        await asyncio.sleep(0)
        testbed.clock.advance(599)
        assert not wait.done()
        testbed.clock.advance(2)
        with pytest.raises(TimeoutError, match=r"600\.0 s"):
            await wait
        return await stands(generator, task_id)

    assert asyncio.run(scenario()) == "running"


def test_a_clock_in_a_hurry_skips_waiting_but_no_limits(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> tuple[bool, str]:
        testbed.script([rate_limit(times=3, then=ok(seconds=200)), hang()])
        testbed.clock.hurry()
        results = await generator.generate_tests(MODULE, timeout=3000)
        hangs = await generator.submit_test_generation_task(MODULE)
        testbed.clock.hurry(False)
        testbed.clock.advance(100)
        return results["success"], await stands(generator, hangs)

    assert asyncio.run(scenario()) == (True, "running")


def test_dependants_go_on_in_the_same_time(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> list[str]:
        testbed.script(ok(seconds=60))
        ids: list[str] = []
        for number in range(3):
            ids.append(
                await generator.submit_test_generation_task(
                    f"src/m{number}.py", depends_on=ids[-1:], timeout=100
                )
            )
        testbed.clock.advance(125)
        return [await stands(generator, task_id) for task_id in ids]

    assert asyncio.run(scenario()) == ["completed", "completed", "running"]


def test_the_time_of_others_is_not_moved(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    testbed.clock.advance(timedelta(days=3))

    with Testbed() as other:
        assert other.clock.now() - datetime.now(UTC) < timedelta(seconds=30)
    assert testbed.clock.now() - datetime.now(UTC) > timedelta(days=2)


def test_draining_never_takes_a_step_of_the_engine_for_its_end(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> None:
        testbed.script([rate_limit(times=1), crash(times=1), ok(seconds=9), hang()] * 50)
        for _ in range(200):
            task_id = await generator.submit_test_generation_task(MODULE)
            await testbed.drain()
            assert (await generator.get_task_status(task_id))["status"].is_final

    asyncio.run(scenario())
