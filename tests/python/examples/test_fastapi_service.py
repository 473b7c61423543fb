"""The example service: submits at once, and streams what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import httpx
import pytest
from openhands_testgen.testing import Testbed, hang, ok

CART = {"module_path": "src/shop/cart.py"}


@pytest.fixture
def service(example: Callable[[str], ModuleType], testbed: Testbed) -> ModuleType:
    testbed.script(ok(95.0, seconds=0.1))
    return example("fastapi_service")


@asynccontextmanager
async def client(service: ModuleType) -> AsyncIterator[httpx.AsyncClient]:
    """The service, started, and someone who asks it."""
    app = service.app
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as asks,
    ):
        yield asks


def parsed(text: str) -> list[dict[str, Any]]:
    """Server-sent events: name, id and data."""
    blocks = (
        dict(line.split(": ", 1) for line in block.splitlines())
        for block in text.split("\n\n")
        if block
    )
    return [{**block, "data": json.loads(block["data"])} for block in blocks]


def test_a_module_is_submitted_and_its_progress_streamed(service: ModuleType) -> None:
    async def main() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        async with client(service) as asks:
            submitted = await asks.post("/generations", json=CART)
            events = await asks.get(submitted.json()["events"])
            rest = await asks.get(submitted.json()["events"], params={"after": 1})
            return submitted, events, rest

    submitted, streamed, rest = asyncio.run(main())

    assert submitted.status_code == 202
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *events, result = parsed(streamed.text)
    assert [event["id"] for event in events] == [str(n + 1) for n in range(len(events))]
    assert [event["data"]["status"] for event in events if event["event"] == "status"] == [
        "queued", "running", "completed",
    ]  # fmt: skip
    assert result["event"] == "result" and result["data"]["success"]
    assert result["data"]["result"]["coverage"]["percent"] == 95.0
    assert parsed(rest.text)[0]["id"] == "2"


def test_a_running_task_can_be_asked_for(service: ModuleType, testbed: Testbed) -> None:
    testbed.script(hang())

    async def main() -> dict[str, Any]:
        async with client(service) as asks:
            task_id = (await asks.post("/generations", json=CART)).json()["task_id"]
            answer: dict[str, Any] = (await asks.get(f"/generations/{task_id}")).json()
            await service.app.state.generator.cancel_task(task_id)
            return answer

    status = asyncio.run(main())

    assert status["status"] in {"queued", "running"}
    assert status["metadata"]["module_path"] == CART["module_path"]


@pytest.mark.parametrize(
    ("module_path", "threshold", "says"),
    [("../elsewhere.py", 80, "outside of the project"), ("src/shop/cart.py", 101, "coverage")],
)
def test_what_makes_no_sense_is_a_422(
    service: ModuleType, module_path: str, threshold: int, says: str
) -> None:
    async def main() -> httpx.Response:
        async with client(service) as asks:
            wanted = {"module_path": module_path, "coverage_threshold": threshold}
            return await asks.post("/generations", json=wanted)

    answer = asyncio.run(main())

    assert (answer.status_code, says in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["/generations/none", "/generations/none/events"])
def test_an_unknown_task_is_a_404(service: ModuleType, path: str) -> None:
    async def main() -> httpx.Response:
        async with client(service) as asks:
            return await asks.get(path)

    answer = asyncio.run(main())

    assert (answer.status_code, "not found" in answer.text) == (404, True)
