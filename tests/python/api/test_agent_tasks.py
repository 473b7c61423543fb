"""Free-form tasks through the Python class, and the circuit breaker. All else is tested in Rust."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import (
    CircuitBreaker,
    GenerationResult,
    InvalidRequestError,
    OpenHandsTestGenerator,
)

from ..agent_server import AgentServer, ProviderError
from .handling import make

pytestmark = pytest.mark.usefixtures("project", "stopped_at_the_end")


def hello(folder: Path) -> str:
    (folder / "hello.txt").write_text("Hello\n")
    return "Done."


def refuse(folder: Path) -> str:
    raise ProviderError("LLMAuthenticationError")


async def ended(generator: OpenHandsTestGenerator, task_id: str) -> GenerationResult:
    return await generator.get_test_generation_results(task_id, 60)


def test_an_agent_task_and_what_it_leaves(agent_server: AgentServer, project: Path) -> None:
    agent_server.work = hello
    generator = make(**agent_server.settings())

    async def main() -> tuple[dict[str, Any], GenerationResult]:
        task_id = await generator.submit_agent_task(
            "Create hello.txt", workspace="empty", apply=True, metadata={"ticket": "A-1"}
        )
        result = await ended(generator, task_id)
        return dict(await generator.get_task_status(task_id)), result

    status, result = asyncio.run(main())

    assert (status["kind"], status["status"]) == ("agent_task", "completed")
    assert status["metadata"] == {
        "instruction": "Create hello.txt",
        "workspace": "empty",
        "apply": True,
        "ticket": "A-1",
    }
    assert (result["success"], result["module_path"], result["output_path"]) == (True, None, None)
    detail = result["result"]
    assert detail is not None and set(detail) == {
        "message", "files", "patch", "left_out", "applied", "verified", "workspace", "agent",
        "model", "stopped", "usage", "duration_seconds",
    }  # fmt: skip
    assert detail["files"] == [
        {"path": "hello.txt", "change": "added", "bytes": 6, "binary": False, "in_patch": True}
    ]
    assert (project / "hello.txt").read_text() == "Hello\n"


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({}, "instruction: is empty"),
        ({"instruction": "x", "speed": 1}, "speed = 1 is not understood"),
        ({"instruction": "x", "workspace": "moon"}, "workspace: .*neither project"),
    ],
)
def test_a_payload_that_asks_for_nothing_possible_is_refused(
    agent_server: AgentServer, payload: dict[str, Any], says: str
) -> None:
    generator = make(**agent_server.settings())

    with pytest.raises(InvalidRequestError, match=says):
        asyncio.run(generator.submit_task("agent_task", payload))


def test_the_embedded_agent_refuses_it(project: Path) -> None:
    with pytest.raises(InvalidRequestError, match="agent: local writes tests only"):
        asyncio.run(make(agent="local").submit_agent_task("Tidy up"))


def test_how_models_fared_is_told(agent_server: AgentServer) -> None:
    generator = make(**agent_server.settings())

    async def main() -> dict[str, Any]:
        for work in (hello, refuse):
            agent_server.work = work
            await ended(generator, await generator.submit_agent_task("Create hello.txt"))
        stats = await generator.get_queue_stats()
        assert stats["models"] == {
            "openai/fake": {"runs": 2, "successes": 1, "rate_limits": 0, "cost_usd": 0.5}
        }
        return generator.engine.get_metrics_summary()

    assert asyncio.run(main())["models"]["openai/fake"]["success_rate"] == 0.5


def test_while_the_circuit_breaker_is_open_generate_tests_answers_at_once(
    agent_server: AgentServer,
) -> None:
    settings = agent_server.settings(circuit_breaker_failure_threshold=2, max_retries=0)
    generator, other = make(**settings), make(**settings)
    agent_server.work = refuse

    async def main() -> None:
        breaker = generator.circuit_breaker
        assert isinstance(breaker, CircuitBreaker)
        assert (breaker.name, breaker.state) == ("openhands_test_generation", "closed")
        assert (breaker.failure_count, breaker.retry_at) == (0, None)
        for failures in (1, 2):
            await ended(generator, await generator.submit_agent_task("Create hello.txt"))
            assert breaker.failure_count == failures
        assert breaker.state == "open"
        assert breaker.retry_after_seconds is not None and breaker.retry_after_seconds <= 60
        now, minute = datetime.now(UTC), timedelta(minutes=1)
        assert breaker.retry_at is not None and now < breaker.retry_at < now + minute
        for each in (generator, other):
            assert await each.generate_tests("src/shop/cart.py") == {
                "success": False,
                "error": "Circuit breaker open - service temporarily unavailable",
                "fallback": True,
            }
        assert other.circuit_breaker is not None and other.circuit_breaker.failure_count == 2
        assert (await generator.get_queue_stats())["total_tasks"] == 2, "nothing was submitted"
        refused = await ended(generator, await generator.submit_agent_task("Create hello.txt"))
        assert "Circuit breaker open" in (refused["error"] or "")

    asyncio.run(main())
    assert len(agent_server.requests) == 2


def test_there_is_no_circuit_breaker_where_none_is_wanted_or_of_use(
    agent_server: AgentServer, project: Path
) -> None:
    assert make(agent="local").circuit_breaker is None
    assert make(**agent_server.settings(circuit_breaker_enabled=False)).circuit_breaker is None
    assert make("sqlite:t.db", 0, **agent_server.settings()).circuit_breaker is None
