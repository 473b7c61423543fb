"""What a submission may carry: plain values, and nothing that only looks like them."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Any

import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
)

pytestmark = pytest.mark.usefixtures("project")


def holding_itself() -> dict[str, Any]:
    cycle: dict[str, Any] = {}
    cycle["again"] = cycle
    return cycle


async def kept(metadata: Any) -> dict[str, Any]:
    config = OpenHandsIntegrationConfig(store="memory:", workers=0)
    generator = OpenHandsTestGenerator(config)
    try:
        task_id = await generator.submit_task("noop", {}, metadata=metadata)
        return (await generator.get_task_status(task_id))["metadata"]
    finally:
        await generator.stop(0)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"a": float("nan")}, r'it\["a"\] is NaN, which JSON has not'),
        ({"a": [1, {2}]}, r'it\["a"\]\[1\] is of type set'),
        ({1: 2}, "a key of type int"),
        ({"a": object()}, "is of type object"),
        ({"a": 2**64}, "more than 64 bits"),
        ({"a": "\ud800"}, "lone surrogate"),
        (holding_itself(), "is nested too deeply"),
        ([1], r"must be a mapping, not \[1\]"),
    ],
)
def test_what_is_not_plain_is_refused_by_its_place(metadata: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message) as refusal:
        asyncio.run(kept(metadata))
    assert len(str(refusal.value)) < 300


def test_what_is_plain_is_kept_as_it_was() -> None:
    values = {"text": "ä\0", "numbers": [1, -2.5, 2**63], "nothing": None, "deep": {"a": {"b": ()}}}
    assert asyncio.run(kept(MappingProxyType(values))) == values | {"deep": {"a": {"b": []}}}
