"""Random sequences of calls on a generator without workers, against a model that is a few dicts."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    QueueFullError,
    TaskNotFoundError,
    TaskPriority,
)

QUEUE_SIZE = 12
FINAL = {"cancelled", "failed"}
LATER = datetime.now(UTC) + timedelta(days=1)


class Calls(RuleBasedStateMachine):
    """What a caller may do while nobody works: submit, cancel, retry, look."""

    location = "memory:"
    tasks = Bundle("tasks")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        store = self.location.replace("FOLDER", self.folder.name)
        self.runner = asyncio.Runner()
        self.generator = OpenHandsTestGenerator(
            OpenHandsIntegrationConfig(
                project_root=root, store=store, workers=0, queue_size=QUEUE_SIZE, agent="local"
            )
        )
        self.status: dict[str, str] = {}
        self.waits_for: dict[str, list[str]] = {}
        self.keys: dict[str, tuple[str, list[str]]] = {}

    def teardown(self) -> None:
        if hasattr(self, "generator"):
            self.runner.run(self.generator.stop(0))
            self.runner.close()
            self.folder.cleanup()

    def waiting(self) -> int:
        return sum(status not in FINAL for status in self.status.values())

    def submit(self, depends_on: list[str], **terms: Any) -> str:
        return self.runner.run(
            self.generator.submit_task("noop", {}, depends_on=depends_on, **terms)
        )

    @rule(
        target=tasks,
        priority=st.sampled_from(TaskPriority),
        depends_on=st.lists(tasks, max_size=3),
        is_put_off=st.booleans(),
    )
    def submits(self, priority: TaskPriority, depends_on: list[str], is_put_off: bool) -> Any:
        terms = {"priority": priority, "run_at": LATER if is_put_off else None}
        if self.waiting() >= QUEUE_SIZE:
            with pytest.raises(QueueFullError):
                self.submit(depends_on, **terms)
            return multiple()
        task_id = self.submit(depends_on, **terms)
        assert task_id not in self.status
        self.keep(task_id, depends_on, is_put_off)
        return task_id

    @rule(target=tasks, key=st.sampled_from("abc"), depends_on=st.lists(tasks, max_size=1))
    def submits_under_a_key(self, key: str, depends_on: list[str]) -> Any:
        known = self.keys.get(key)
        if known is not None and known[1] == depends_on:
            assert self.submit(depends_on, idempotency_key=key) == known[0]
            return known[0]
        if known is not None:
            with pytest.raises(InvalidRequestError, match="idempotency_key"):
                self.submit(depends_on, idempotency_key=key)
            return multiple()
        if self.waiting() >= QUEUE_SIZE:
            return multiple()
        task_id = self.submit(depends_on, idempotency_key=key)
        self.keys[key] = (task_id, depends_on)
        self.keep(task_id, depends_on, is_put_off=False)
        return task_id

    def keep(self, task_id: str, depends_on: list[str], is_put_off: bool) -> None:
        self.waits_for[task_id] = depends_on
        if any(self.status[awaited] in FINAL for awaited in depends_on):
            self.status[task_id] = "failed"
        elif depends_on or is_put_off:
            self.status[task_id] = "pending"
        else:
            self.status[task_id] = "queued"

    @rule(task_id=tasks)
    def cancels(self, task_id: str) -> None:
        answer = self.runner.run(self.generator.cancel_task(task_id))
        if self.status[task_id] not in FINAL:
            self.end(task_id, "cancelled")
        assert answer["status"] == self.status[task_id]

    def end(self, task_id: str, status: str) -> None:
        self.status[task_id] = status
        for dependant, awaited in self.waits_for.items():
            if task_id in awaited and self.status[dependant] not in FINAL:
                self.end(dependant, "failed")

    @rule(target=tasks, task_id=consumes(tasks))
    def retries(self, task_id: str) -> Any:
        if self.status[task_id] not in FINAL:
            with pytest.raises(InvalidRequestError, match="task_id"):
                self.runner.run(self.generator.retry_task(task_id))
            return task_id
        if self.waiting() >= QUEUE_SIZE:
            return task_id
        new = self.runner.run(self.generator.retry_task(task_id))
        self.keep(new, [], is_put_off=False)
        status = self.runner.run(self.generator.get_task_status(new))
        assert status["metadata"]["retry_of"] == task_id
        return new

    @rule(task_id=tasks)
    def waits_no_time(self, task_id: str) -> None:
        waiting = self.generator.get_test_generation_results(task_id, timeout=0)
        if self.status[task_id] in FINAL:
            assert self.runner.run(waiting)["success"] is False
        else:
            with pytest.raises(TimeoutError):
                self.runner.run(waiting)

    @rule(task_id=tasks)
    def reads_events(self, task_id: str) -> None:
        async def first() -> list[str]:
            seen = []
            async for event in self.generator.watch_task(task_id):
                seen.append(str(event["status"]))
                status = await self.generator.get_task_status(task_id)
                if event["status"] == status["status"]:
                    break
            return seen

        assert self.runner.run(first())[-1] == self.status[task_id]

    @rule(unknown=st.uuids())
    def asks_for_what_is_not_there(self, unknown: object) -> None:
        for call in (self.generator.get_task_status, self.generator.cancel_task):
            with pytest.raises(TaskNotFoundError):
                self.runner.run(call(str(unknown)))

    @invariant()
    def shows_what_the_model_has(self) -> None:
        if not hasattr(self, "generator"):
            return
        page = self.runner.run(self.generator.list_tasks(limit=1000))
        assert {task["task_id"]: task["status"] for task in page["tasks"]} == self.status
        stats = self.runner.run(self.generator.get_queue_stats())
        assert stats["total_tasks"] == len(self.status)
        counted = Counter(self.status.values())
        for name in ("pending", "queued", "cancelled", "failed"):
            assert stats[name] == counted[name], name


class CallsOnSqlite(Calls):
    """The same on a file."""

    location = "sqlite:FOLDER/tasks.db"


ON_MEMORY = settings(max_examples=60, stateful_step_count=30, deadline=None)
ON_SQLITE = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TestCallsInMemory = pytest.mark.usefixtures("project")(Calls.TestCase)
TestCallsInMemory.settings = ON_MEMORY
TestCallsOnSqlite = pytest.mark.usefixtures("project")(CallsOnSqlite.TestCase)
TestCallsOnSqlite.settings = ON_SQLITE
