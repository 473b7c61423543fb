"""The generator: what existing code relies on, and bugs that do not come back."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from openhands_testgen import (
    GenerationResult,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskStatus,
    TaskStatusDict,
)
from openhands_testgen.testing import Testbed, hang, ok, rate_limit
from openhands_testgen.workflow import OpenHandsTestGenerationStage


@pytest.fixture
def testbed(project: Path) -> Iterator[Testbed]:
    with Testbed() as stands:
        yield stands


@pytest.fixture
def generator(testbed: Testbed) -> OpenHandsTestGenerator:
    return OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", max_retries=2))


SIGNATURES = {
    "submit_test_generation_task": {
        "module_path": inspect.Parameter.empty, "output_path": None, "coverage_threshold": 80,
    },
    "get_test_generation_results": {
        "task_id": inspect.Parameter.empty, "timeout": None, "poll_interval": 2.0,
    },
    "get_task_status": {"task_id": inspect.Parameter.empty},
    "generate_tests": {
        "module_path": inspect.Parameter.empty, "output_path": None, "coverage_threshold": 80,
        "timeout": None,
    },
    "start": {},
    "stop": {"grace_seconds": 10.0},
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_method_keeps_its_positions_and_defaults(name: str) -> None:
    method = getattr(OpenHandsTestGenerator, name)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    positional = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]

    assert inspect.iscoroutinefunction(method)
    assert {one.name: one.default for one in positional} == SIGNATURES[name]


def test_from_env_keeps_its_keyword(project: Path) -> None:
    assert OpenHandsTestGenerator.from_env(use_docker=False).use_docker is False
    assert OpenHandsTestGenerator.from_env().use_docker is True


def test_a_status_has_the_keys_of_the_documents(generator: OpenHandsTestGenerator) -> None:
    async def main() -> TaskStatusDict:
        task_id = await generator.submit_test_generation_task("src/auth.py")
        await generator.get_test_generation_results(task_id)
        return await generator.get_task_status(task_id)

    status = asyncio.run(main())

    assert set(status) >= {
        "task_id", "status", "created_at", "started_at", "completed_at", "error", "retry_count",
        "metadata",
    }  # fmt: skip
    assert status["status"] == "completed"
    assert status["metadata"]["module_path"] == "src/auth.py"


def test_a_result_has_the_keys_of_the_documents(generator: OpenHandsTestGenerator) -> None:
    result = asyncio.run(generator.generate_tests("src/auth.py", "tests/test_auth.py", 80))

    assert set(result) >= {"success", "task_id", "result", "error", "module_path", "output_path"}
    assert (result["success"], result["error"]) == (True, None)
    assert (result["module_path"], result["output_path"]) == ("src/auth.py", "tests/test_auth.py")


def test_generate_tests_sees_the_task_end(
    generator: OpenHandsTestGenerator, testbed: Testbed
) -> None:
    testbed.script(ok(seconds=0.1))

    # Theirs polled a key that was never there, for the whole of its time-out.
    assert asyncio.run(generator.generate_tests("src/auth.py", timeout=30))["success"]


def test_generate_tests_answers_when_its_wait_is_over(
    generator: OpenHandsTestGenerator, testbed: Testbed
) -> None:
    testbed.script(hang())

    async def main() -> GenerationResult:
        answer = await generator.generate_tests("src/auth.py", timeout=0)
        await generator.cancel_task(answer["task_id"])
        return answer

    answer = asyncio.run(main())

    assert (answer["success"], answer["error_kind"]) == (False, "timeout")
    assert answer["module_path"] == "src/auth.py"


def test_results_raise_when_their_wait_is_over(
    generator: OpenHandsTestGenerator, testbed: Testbed
) -> None:
    testbed.script(hang())

    async def main() -> None:
        task_id = await generator.submit_test_generation_task("src/auth.py")
        with pytest.raises(TimeoutError):
            await generator.get_test_generation_results(task_id, timeout=0.01)
        await generator.cancel_task(task_id)

    asyncio.run(main())


@pytest.mark.parametrize("method", ["get_task_status", "get_test_generation_results"])
def test_an_unknown_task_is_a_runtime_error(generator: OpenHandsTestGenerator, method: str) -> None:
    with pytest.raises(RuntimeError, match="task abc123 not found"):
        asyncio.run(getattr(generator, method)("abc123"))


def test_a_failed_task_says_when_it_ended(
    generator: OpenHandsTestGenerator, testbed: Testbed
) -> None:
    testbed.script(rate_limit())
    testbed.clock.hurry()

    async def main() -> TaskStatusDict:
        task_id = await generator.submit_test_generation_task("src/auth.py")
        await generator.get_test_generation_results(task_id)
        return await generator.get_task_status(task_id)

    status = asyncio.run(main())

    assert status["status"] == "failed" and status["completed_at"] is not None
    assert status["error"] and status["retry_count"] == 2


def test_a_retry_waits_and_keeps_its_id(
    generator: OpenHandsTestGenerator, testbed: Testbed
) -> None:
    testbed.script(rate_limit(times=1))

    async def main() -> list[str]:
        task_id = await generator.submit_test_generation_task("src/auth.py")
        moves = []
        async for event in generator.watch_task(task_id):
            if event["event"] == "status":
                moves.append((event["status"], datetime.fromisoformat(event["time"])))
            if event["status"] == "pending":
                testbed.clock.advance(60)
        times = dict(moves)
        queued, pending = times[TaskStatus.QUEUED], times[TaskStatus.PENDING]
        assert queued > pending, "theirs was queued again at once"
        return [str(status) for status, _ in moves]

    assert asyncio.run(main()) == [
        "queued", "running", "pending", "queued", "running", "completed",
    ]  # fmt: skip


def test_the_blocking_stage_starts_its_engine(
    testbed: Testbed, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_STORE", "memory:")
    (project / "src/shop").mkdir(parents=True)
    (project / "src/shop/cart.py").touch()

    assert OpenHandsTestGenerationStage(Path("src/shop")).execute().success
