"""The engine-level names: views on the real engine, without a queue of their own."""

from __future__ import annotations

import asyncio
import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
)
from openhands_testgen import (
    engine as names,
)
from openhands_testgen.engine import (
    ExecutionEngine,
    QueuedTask,
    ResultValidator,
    TaskPriority,
    TaskQueue,
    TaskStatus,
)

from ..agent_server import AgentServer

pytestmark = pytest.mark.usefixtures("own_engines")

STATS = [
    "total_tasks", "pending", "queued", "running", "completed", "failed", "cancelled",
    "queue_size", "max_size",
]  # fmt: skip


def unit_test(**fields: Any) -> QueuedTask:
    return QueuedTask(task_type="unit_test", target_file=Path("src/auth.py"), **fields)


def test_every_name_is_there() -> None:
    assert set(names.__all__) == {
        "ExecutionEngine", "QueuedTask", "ResultValidator", "TaskPriority", "TaskQueue",
        "TaskStatus", "ValidationResult",
    }  # fmt: skip


def test_every_status_and_priority_is_known_by_name_and_value() -> None:
    assert [status.value for status in TaskStatus] == [
        "pending", "queued", "running", "completed", "failed", "cancelled",
    ]  # fmt: skip
    assert [priority.name for priority in sorted(TaskPriority)] == [
        "CRITICAL", "HIGH", "NORMAL", "LOW",
    ]  # fmt: skip
    assert TaskStatus("completed") == "completed" and TaskStatus.COMPLETED.name == "COMPLETED"


def test_the_arguments_of_an_engine_and_their_defaults(project: Path) -> None:
    assert list(inspect.signature(ExecutionEngine).parameters) == [
        "config", "queue_size", "max_concurrent_tasks",
    ]  # fmt: skip
    engine = ExecutionEngine(OpenHandsIntegrationConfig(store="memory:"))
    assert (engine.max_concurrent_tasks, engine.queue_size) == (3, 100_000)
    settled = OpenHandsIntegrationConfig(store="memory:", workers=5, queue_size=7)
    engine = ExecutionEngine(settled)
    assert (engine.max_concurrent_tasks, engine.queue_size) == (5, 7)
    engine = ExecutionEngine(settled, queue_size=9, max_concurrent_tasks=1)
    assert (engine.max_concurrent_tasks, engine.queue_size) == (1, 9)


def test_a_new_task_has_the_fields_and_defaults_of_the_original() -> None:
    task = QueuedTask()

    assert list(task.to_dict()) == [
        "task_id", "task_type", "description", "target_file", "priority", "status", "created_at",
        "started_at", "completed_at", "metadata", "result", "error", "retry_count", "max_retries",
    ]  # fmt: skip
    assert (task.task_type, task.description, task.target_file) == ("", "", None)
    assert (task.priority, task.status) == (TaskPriority.NORMAL, TaskStatus.PENDING)
    assert (task.started_at, task.completed_at, task.result, task.error) == (None,) * 4
    assert (task.metadata, task.retry_count, task.max_retries) == ({}, 0, 3)
    assert task.task_id and task.task_id != QueuedTask().task_id
    assert task.created_at.tzinfo is not None


def test_a_task_as_plain_values() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    task = unit_test(priority=TaskPriority.HIGH, created_at=moment, completed_at=moment)

    plain = task.to_dict()

    assert (plain["priority"], plain["status"]) == ("HIGH", "pending")
    assert plain["target_file"] == "src/auth.py"
    assert plain["created_at"] == plain["completed_at"] == "2026-01-02T00:00:00+00:00"


def test_tasks_are_ordered_by_priority_then_age() -> None:
    old = datetime(2026, 1, 1, tzinfo=UTC)
    tasks = [
        QueuedTask(task_id="3", priority=TaskPriority.LOW, created_at=old),
        QueuedTask(task_id="2", priority=TaskPriority.HIGH, created_at=old + timedelta(1)),
        QueuedTask(task_id="1", priority=TaskPriority.HIGH, created_at=old),
        QueuedTask(task_id="0", priority=TaskPriority.CRITICAL, created_at=old + timedelta(9)),
    ]

    assert [task.task_id for task in sorted(tasks)] == ["0", "1", "2", "3"]


def test_a_unit_test_is_a_task_of_the_generator(engine: ExecutionEngine) -> None:
    task = unit_test(
        description="Tests of the login",
        priority=TaskPriority.HIGH,
        metadata={"coverage_threshold": 70, "output_path": "tests/test_login.py", "ticket": "A-1"},
        max_retries=1,
    )

    async def main() -> QueuedTask | None:
        task_id = await engine.submit_task(task)
        assert (task.task_id, task.status) == (task_id, TaskStatus.QUEUED)
        return await engine.get_task_status(task_id)

    found = asyncio.run(main())

    assert found is not None
    assert (found.task_id, found.task_type) == (task.task_id, "unit_test")
    assert (found.description, found.target_file) == ("Tests of the login", Path("src/auth.py"))
    assert (found.priority, found.status) == (TaskPriority.HIGH, TaskStatus.QUEUED)
    assert found.metadata == {
        "module_path": "src/auth.py",
        "output_path": "tests/test_login.py",
        "coverage_threshold": 70,
        "ticket": "A-1",
    }
    assert (found.retry_count, found.max_retries, found.result) == (0, 1, None)
    assert found.created_at.tzinfo is not None


def test_a_task_is_submitted_once(engine: ExecutionEngine) -> None:
    task = unit_test()

    async def main() -> None:
        first = await engine.submit_task(task)
        assert await engine.queue.enqueue(task) == first
        assert (await engine.get_queue_stats())["total_tasks"] == 1
        assert await engine.submit_task(unit_test()) != first

    asyncio.run(main())


@pytest.mark.parametrize("status", [TaskStatus.QUEUED, "failed", "nope"])
def test_a_new_task_that_says_it_was_submitted_is_refused(
    engine: ExecutionEngine, status: Any
) -> None:
    async def main() -> None:
        with pytest.raises(InvalidRequestError, match="status: must be pending"):
            await engine.submit_task(unit_test(status=status))
        assert (await engine.get_queue_stats())["total_tasks"] == 0
        assert await engine.submit_task(unit_test(status="pending"))

    asyncio.run(main())


def test_the_id_of_a_new_task_is_an_idempotency_key(engine: ExecutionEngine) -> None:
    async def main() -> None:
        first = await engine.submit_task(unit_test(task_id="nightly"))
        assert await engine.submit_task(unit_test(task_id="nightly")) == first

    asyncio.run(main())


def test_an_unknown_task_is_none(engine: ExecutionEngine) -> None:
    assert asyncio.run(engine.get_task_status("no-such-task")) is None
    assert asyncio.run(engine.queue.get_task("no-such-task")) is None


def test_a_full_queue_is_a_runtime_error(engine: ExecutionEngine) -> None:
    async def main() -> None:
        for _ in range(3):
            await engine.submit_task(unit_test())
        with pytest.raises(RuntimeError, match=r"^Task queue is full$"):
            await engine.submit_task(unit_test())

    asyncio.run(main())


def test_figures_have_the_keys_of_the_original(engine: ExecutionEngine) -> None:
    async def main() -> None:
        await engine.submit_task(unit_test())
        stats = await engine.get_queue_stats()
        assert list(stats) == STATS
        assert (stats["total_tasks"], stats["queued"], stats["queue_size"]) == (1, 1, 1)
        assert stats["max_size"] == engine.queue.max_size == 3
        assert await engine.queue.get_stats() == stats

    asyncio.run(main())


def test_metrics_can_be_read_with_and_without_a_running_loop(engine: ExecutionEngine) -> None:
    async def main() -> dict[str, Any]:
        return engine.get_metrics_summary()

    summary = engine.get_metrics_summary()

    assert summary == asyncio.run(main())
    assert summary["models"] == {}
    assert summary["system"] == {
        "total_tasks": 0,
        "completed_tasks": 0,
        "failed_tasks": 0,
        "success_rate": None,
        "mean_completion_seconds": None,
    }


def test_anything_but_a_unit_test_runs_as_agent_task(
    own_engines: None, agent_server: AgentServer, project: Path
) -> None:
    def split(folder: Path) -> str:
        (folder / "small.py").write_text("HALF = 1\n")
        return "Split."

    agent_server.work = split
    engine = ExecutionEngine(OpenHandsIntegrationConfig(**agent_server.settings(store="memory:")))
    task = QueuedTask(
        task_type="refactor",
        description="Split the module",
        target_file=Path("src/big.py"),
        metadata={"apply": True, "ticket": "A-1"},
    )

    async def main() -> QueuedTask | None:
        task_id = await engine.submit_task(task)
        generator = OpenHandsTestGenerator(engine.config)
        await generator.get_test_generation_results(task_id, 60)
        found = await engine.get_task_status(task_id)
        await generator.stop(0)
        await engine.stop()
        return found

    found = asyncio.run(main())

    assert found is not None
    assert (found.status, found.error) == (TaskStatus.COMPLETED, None)
    assert (found.task_type, found.target_file) == ("refactor", Path("src/big.py"))
    assert found.description == "Split the module"
    assert found.metadata == {"workspace": "project", "apply": True, "ticket": "A-1"}
    assert found.result is not None and found.result["message"] == "Split."
    assert (project / "small.py").read_text() == "HALF = 1\n"
    said = agent_server.requests[0]["initial_message"]["content"][0]["text"]
    assert "Split the module" in said and "src/big.py" in said


def test_without_an_openhands_agent_only_unit_tests_run(engine: ExecutionEngine) -> None:
    with pytest.raises(InvalidRequestError, match="agent: local writes tests only"):
        asyncio.run(engine.submit_task(QueuedTask(task_type="refactor", description="Split it")))


def test_a_failed_task_has_its_error_and_its_end(project: Path) -> None:
    engine = ExecutionEngine(OpenHandsIntegrationConfig(store="memory:"))

    async def main() -> QueuedTask | None:
        await engine.start()
        task_id = await engine.submit_task(unit_test())
        generator = OpenHandsTestGenerator(engine.config)
        await generator.get_test_generation_results(task_id, 30)
        await generator.stop(0)
        return await engine.get_task_status(task_id)

    found = asyncio.run(main())
    summary = engine.get_metrics_summary()
    asyncio.run(engine.stop())

    assert found is not None and found.status is TaskStatus.FAILED
    assert found.error is not None and "src/auth.py" in found.error
    assert found.completed_at is not None and found.result is None
    assert summary["system"]["failed_tasks"] == 1 and summary["system"]["success_rate"] == 0.0


def test_a_unit_test_needs_its_module(engine: ExecutionEngine) -> None:
    with pytest.raises(InvalidRequestError, match="target_file"):
        asyncio.run(engine.submit_task(QueuedTask(task_type="unit_test")))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"max_retries": 11}, "max_retries: must be between 0 and 10, not 11"),
        ({"max_retries": -1}, "max_retries: must be between 0 and 10, not -1"),
        ({"priority": 7}, "priority"),
        ({"metadata": {"coverage_threshold": 101}}, "coverage_threshold"),
        ({"metadata": {"output_path": "../out.py"}}, "output_path"),
        ({"metadata": None}, "metadata: must be a dict, not None"),
        ({"description": "a" * 32_769}, "description: must be a text of at most 32,768"),
        ({"description": None}, "description: must be a text"),
    ],
)
def test_a_field_out_of_its_range_is_named(
    engine: ExecutionEngine, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        asyncio.run(engine.submit_task(unit_test(**fields)))


def test_the_engine_of_a_generator_is_one_and_knows_its_tasks(project: Path) -> None:
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=0))

    async def main() -> QueuedTask | None:
        task_id = await generator.submit_test_generation_task("src/auth.py")
        found = await generator.engine.get_task_status(task_id)
        stats = await generator.engine.queue.get_stats()
        assert (stats["total_tasks"], stats["max_size"]) == (1, 0)
        await generator.stop(0)
        return found

    assert isinstance(generator.engine, ExecutionEngine)
    assert isinstance(generator.engine.queue, TaskQueue)
    assert generator.engine is generator.engine
    found = asyncio.run(main())
    assert found is not None and found.priority is TaskPriority.HIGH


def test_a_generator_keeps_the_attributes_of_the_original(project: Path) -> None:
    config = OpenHandsIntegrationConfig(store="memory:")
    generator = OpenHandsTestGenerator(config)

    assert generator.config is config
    assert generator.use_docker is True
    assert isinstance(generator.validator, ResultValidator)
    assert generator.circuit_breaker is None
    assert generator.circuit_breaker_name == "openhands_test_generation"
    assert list(inspect.signature(OpenHandsTestGenerator).parameters) == [
        "config", "use_docker", "circuit_breaker_name",
    ]  # fmt: skip


MET: dict[str, Any] = {"tests": ["t"], "threshold_met": True, "coverage": {"percent": 80.0}}


@pytest.mark.parametrize(
    ("result", "score", "error"),
    [
        ({"success": True, "result": MET}, 0.8, None),
        ({"success": True, "result": MET | {"tests": []}}, 0.8, "the result names no tests"),
        (
            {"success": True, "result": MET | {"threshold_met": False}},
            0.8,
            "the coverage is below its threshold",
        ),
        ({"success": False, "error": "no room"}, 0.0, "no room"),
        ({}, 0.0, "the task did not succeed"),
        (None, 0.0, "a result must be a dict, not None"),
    ],
)
def test_a_validator_reads_a_result_as_a_gate_would(
    result: Any, score: float, error: str | None
) -> None:
    found = ResultValidator().validate(result)

    assert (found.passed, found.score) == (error is None, score)
    assert found.errors == ([] if error is None else [error])


def test_two_engines_on_one_store_share_their_tasks(engine: ExecutionEngine) -> None:
    other = ExecutionEngine(engine.config, 3, 0)

    async def main() -> None:
        task_id = await engine.submit_task(unit_test())
        assert await other.get_task_status(task_id) is not None
        await other.stop()

    asyncio.run(main())
