"""Keys, dependencies and times of a submission, and the limits of a queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    QueueFullError,
    TaskPriority,
    TaskStatus,
)

pytestmark = pytest.mark.usefixtures("project")

STORES = pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])

Open = Callable[..., Any]


@asynccontextmanager
async def opened(store: str, **settings: Any) -> AsyncIterator[OpenHandsTestGenerator]:
    """A generator on this store, stopped at the end."""
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, **settings))
    try:
        yield generator
    finally:
        await generator.stop(0)


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@STORES
def test_the_same_key_is_the_same_task(store: str) -> None:
    async def main() -> None:
        async with opened(store) as generator:
            first = await generator.submit_task("noop", {}, idempotency_key="nightly ä")
            await generator.get_test_generation_results(first)
            again = await generator.submit_task("noop", {}, idempotency_key="nightly ä")
            other = await generator.submit_task("noop", {}, idempotency_key="weekly")
            assert (again, other != first) == (first, True)
            assert (await generator.get_queue_stats())["total_tasks"] == 2

    asyncio.run(main())


@STORES
def test_a_key_that_stands_for_another_request_is_refused_and_nothing_is_stored(store: str) -> None:
    async def main() -> None:
        async with opened(store, workers=0) as generator:
            submit = generator.submit_test_generation_task
            task_id = await submit("a.py", idempotency_key="k")
            with pytest.raises(InvalidRequestError, match=f"idempotency_key.*{task_id}"):
                await submit("b.py", idempotency_key="k")
            assert (await generator.get_queue_stats())["total_tasks"] == 1

    asyncio.run(main())


def test_submissions_at_once_with_one_key_make_one_task() -> None:
    async def main() -> None:
        async with opened("sqlite:tasks.db") as generator:
            ids = await asyncio.gather(
                *(generator.submit_task("noop", {}, idempotency_key="one") for _ in range(50))
            )
            assert len(set(ids)) == 1

    asyncio.run(main())


@STORES
def test_the_same_dependencies_in_any_order_are_the_same_request(store: str) -> None:
    async def main() -> None:
        async with opened(store, workers=0) as generator:
            a, b = [await generator.submit_task("noop", {}) for _ in range(2)]
            first = await generator.submit_task("noop", {}, idempotency_key="k", depends_on=[a, b])
            for same in ([b, a], {a, b}, [b, a, b]):
                again = await generator.submit_task(
                    "noop", {}, idempotency_key="k", depends_on=same
                )
                assert again == first
            with pytest.raises(InvalidRequestError, match="idempotency_key"):
                await generator.submit_task("noop", {}, idempotency_key="k", depends_on=[a])

    asyncio.run(main())


@STORES
def test_a_task_runs_after_those_it_depends_on(store: str) -> None:
    async def main() -> None:
        async with opened(store) as generator:
            first = await generator.submit_task("noop", {}, run_at=in_seconds(0.2))
            second = await generator.submit_task(
                "noop", {}, depends_on=[first], priority=TaskPriority.CRITICAL
            )
            third = await generator.submit_task("noop", {}, depends_on=(task for task in [second]))
            assert (await generator.get_task_status(third))["status"] == TaskStatus.PENDING
            assert (await generator.get_test_generation_results(third))["success"]
            ends = [(await generator.get_task_status(it)) for it in (first, second, third)]
            starts = [status["started_at"] for status in ends]
            assert starts == sorted(filter(None, starts))

    asyncio.run(main())


@STORES
def test_a_failure_goes_down_a_chain_with_its_reason(store: str) -> None:
    async def main() -> None:
        async with opened(store, max_retries=0) as generator:
            failing = await generator.submit_test_generation_task("missing.py")
            chain = [failing]
            for _ in range(20):
                chain.append(await generator.submit_task("noop", {}, depends_on=[chain[-1]]))
            result = await generator.get_test_generation_results(chain[-1])
            assert (result["success"], result["error_kind"]) == (False, "dependency")
            assert result["error"] is not None
            assert failing in result["error"]
            assert "missing.py" in result["error"]
            late = await generator.submit_task("noop", {}, depends_on=[failing])
            assert (await generator.get_task_status(late))["error_kind"] == "dependency"

    asyncio.run(main())


@STORES
def test_a_chain_of_a_thousand_ends(store: str) -> None:
    async def main() -> None:
        async with opened(store) as generator:
            last = await generator.submit_task("noop", {}, run_at=in_seconds(1))
            for _ in range(1000):
                last = await generator.submit_task("noop", {}, depends_on=[last])
            assert (await generator.get_test_generation_results(last))["success"]
            assert (await generator.get_queue_stats())["completed"] == 1001

    asyncio.run(main())


@STORES
def test_run_at_takes_any_zone_and_a_past_time_means_now(store: str) -> None:
    async def main() -> None:
        async with opened(store) as generator:
            past = datetime(2020, 1, 1, tzinfo=ZoneInfo("Pacific/Auckland"))
            done = await generator.submit_task("noop", {}, run_at=past)
            assert (await generator.get_test_generation_results(done))["success"]
            later = in_seconds(3600).astimezone(ZoneInfo("Europe/Lisbon"))
            waits = await generator.submit_task("noop", {}, run_at=later)
            assert (await generator.get_task_status(waits))["status"] == TaskStatus.PENDING
            assert (await generator.cancel_task(waits))["status"] == TaskStatus.CANCELLED

    asyncio.run(main())


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"idempotency_key": ""}, "idempotency_key: is empty"),
        ({"idempotency_key": "k" * 256}, "idempotency_key: takes 256 bytes"),
        ({"idempotency_key": "a\0b"}, "idempotency_key: .* control characters"),
        ({"idempotency_key": 7}, "idempotency_key: must be text, not 7"),
        ({"depends_on": "0199"}, "depends_on: must be a list"),
        ({"depends_on": ["no id"]}, "depends_on: task 'no id' not found"),
        ({"depends_on": [None]}, "depends_on: task None not found"),
        ({"depends_on": ["0199a0b0-0000-7000-8000-000000000000"]}, "depends_on: task 0199.* not f"),
        ({"depends_on": 5}, "depends_on: must be a list"),
        ({"run_at": "tomorrow"}, "run_at: must be a datetime with a zone"),
        ({"run_at": datetime(2030, 1, 1)}, "run_at: must be a datetime with a zone"),  # noqa: DTZ001
        ({"run_at": datetime.max.replace(tzinfo=UTC)}, "run_at: .* more than ten years"),
    ],
)
def test_terms_that_name_something_impossible_are_refused(
    terms: dict[str, Any], message: str
) -> None:
    async def main() -> None:
        async with opened("memory:", workers=0) as generator:
            with pytest.raises(InvalidRequestError, match=message):
                await generator.submit_task("noop", {}, **terms)
            assert (await generator.get_queue_stats())["total_tasks"] == 0

    asyncio.run(main())


def test_more_than_a_thousand_dependencies_are_refused() -> None:
    async def main() -> None:
        async with opened("memory:", workers=0) as generator:
            task_id = await generator.submit_task("noop", {})
            with pytest.raises(InvalidRequestError, match="names 1001 tasks"):
                await generator.submit_task("noop", {}, depends_on=[task_id] * 1001)

    asyncio.run(main())


@STORES
def test_submitting_to_a_full_queue_is_refused_until_there_is_room(store: str) -> None:
    async def main() -> None:
        async with opened(store, workers=0, queue_size=2) as generator:
            first = await generator.submit_task("noop", {})
            await generator.submit_task("noop", {}, run_at=in_seconds(60))
            with pytest.raises(QueueFullError, match=r"2 task.*may have 2"):
                await generator.submit_task("noop", {})
            await generator.cancel_task(first)
            await generator.submit_task("noop", {})

    asyncio.run(main())


@STORES
def test_a_retention_of_its_own_holds_for_a_kind(store: str) -> None:
    config = OpenHandsIntegrationConfig(store=store, retention_seconds_by_kind="noop=60, x=1")
    assert config.retention_seconds_by_kind == "noop=60, x=1"
    for wrong in ("noop", "noop=0", "noop=1,noop=2", "=1", "noop=-1", ","):
        with pytest.raises(ValueError, match="retention_seconds_by_kind"):
            OpenHandsIntegrationConfig(store=store, retention_seconds_by_kind=wrong)


def test_statistics_show_depth_age_and_what_ended(project: Path) -> None:
    del project

    async def main() -> None:
        async with opened("sqlite:tasks.db") as generator:
            for _ in range(3):
                await generator.get_test_generation_results(await generator.submit_task("noop", {}))
            missing = await generator.submit_test_generation_task("missing.py")
            await generator.get_test_generation_results(missing)
            stats = await generator.get_queue_stats()
            assert (stats["completed"], stats["failed"], stats["failure_rate"]) == (3, 1, 0.25)
            assert (stats["created_last_minute"], stats["workers"]) == (4, 1)
            assert stats["mean_completion_seconds"] is not None
            assert stats["mean_completion_seconds"] >= 0
            assert stats["oldest_queued_seconds"] is None
        async with opened("sqlite:tasks.db", workers=0) as generator:
            await generator.submit_task("noop", {}, priority=TaskPriority.LOW)
            stats = await generator.get_queue_stats()
            assert stats["queued_by_priority"] == {"critical": 0, "high": 0, "normal": 0, "low": 1}
            assert stats["oldest_queued_seconds"] is not None
            assert stats["workers"] == 0

    asyncio.run(main())
