"""Labels: a task that requires some runs only where they are."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
)

pytestmark = pytest.mark.usefixtures("project")

STORES = pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])


def generator(store: str, **settings: Any) -> OpenHandsTestGenerator:
    return OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, **settings))


@STORES
def test_a_task_runs_where_all_that_it_requires_is(store: str) -> None:
    async def main() -> None:
        async with generator(store, labels="gpu,linux,x86") as one:
            for requires in ([], ["gpu"], ("x86", "gpu"), {"gpu", "linux", "x86"}):
                task = await one.submit_task("noop", {}, requires=requires)
                assert (await one.get_test_generation_results(task))["success"]
                shown = (await one.get_task_status(task))["metadata"].get("requires", [])
                assert shown == sorted(requires)

    asyncio.run(main())


@STORES
def test_a_task_waits_where_something_is_missing_and_others_overtake_it(store: str) -> None:
    async def main() -> None:
        async with generator(store, labels="linux") as one:
            waits = await one.submit_task("noop", {}, requires=["linux", "gpu"])
            runs = await one.submit_task("noop", {}, requires=["linux"])
            assert (await one.get_test_generation_results(runs))["success"]
            assert (await one.get_task_status(waits))["status"] == "queued"
            assert (await one.cancel_task(waits))["status"] == "cancelled"

    asyncio.run(main())


def test_a_task_that_waits_runs_once_somebody_has_its_label() -> None:
    async def main() -> None:
        async with generator("sqlite:tasks.db", labels="linux") as one:
            waits = await one.submit_task("noop", {}, requires=["gpu"])
        async with generator("sqlite:tasks.db", labels="gpu") as other:
            assert (await other.get_test_generation_results(waits))["success"]

    asyncio.run(main())


def test_a_handler_of_ones_own_is_found_by_labels_too() -> None:
    async def double(_: object, payload: dict[str, Any]) -> dict[str, Any]:
        return {"doubled": payload["number"] * 2}

    async def main() -> None:
        async with generator("memory:", labels="gpu") as one:
            one.register_handler("double", double)
            task = await one.submit_task("double", {"number": 4}, requires=["gpu"])
            assert (await one.get_test_generation_results(task))["result"] == {"doubled": 8}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("requires", "reason"),
    [
        ("gpu", "requires: must be a list of labels"),
        ([1], "requires: must be a list of labels"),
        (["GPU"], 'requires: "GPU" is no label'),
        (["a+b"], 'requires: "a\\+b" is no label'),
        (["x" * 33], "is no label: 1 to 32"),
        ([""], 'requires: "" is no label'),
        (["a", "b", "c", "d", "e", "f", "g"], "requires: 7 labels are too many"),
    ],
)
def test_what_is_no_label_is_refused(requires: Any, reason: str) -> None:
    async def main() -> None:
        async with generator("memory:") as one:
            with pytest.raises(InvalidRequestError, match=reason):
                await one.submit_test_generation_task("src/shop/pricing.py", requires=requires)

    asyncio.run(main())


@pytest.mark.parametrize("labels", ["GPU", "a,b,c,d,e,f,g", ",", "a b"])
def test_a_setting_that_is_no_label_is_refused(labels: str) -> None:
    with pytest.raises(ValueError, match="labels"):
        OpenHandsIntegrationConfig(labels=labels)


def test_labels_that_come_too_late_are_said_to_do_so(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with generator("memory:", labels="linux") as one:
            await one.submit_task("noop", {})
            async with generator("memory:", labels="gpu") as other:
                await other.submit_task("noop", {})

    with caplog.at_level(logging.WARNING):
        asyncio.run(main())
        while "the [gpu] of this one do not count" not in caplog.text:
            time.sleep(0.01)
