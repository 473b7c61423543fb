"""A component of two modules in a project of its own, and a generator that answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from openhands_testgen import OpenHandsTestGenerator, workflow
from openhands_testgen.testing import Testbed

MODULE = '''
"""Grades."""


def grade(points: int) -> str:
    """A letter for points."""
    return "A" if points >= 90 else "B"
'''


@pytest.fixture
def project(empty_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty project with a specification; tasks live in memory."""
    monkeypatch.setenv("OPENHANDS_STORE", "memory:")
    (empty_project / "spec.md").write_text("# Grades\n")
    return empty_project


@pytest.fixture
def component(project: Path) -> Path:
    """Two modules, `src/school/grades.py` and `src/school/marks.py`."""
    folder = project / "src/school"
    folder.mkdir(parents=True)
    for name in ("grades", "marks"):
        (folder / f"{name}.py").write_text(MODULE.lstrip())
    return folder


class Scripted:
    """A generator in name: each module's task ends as the script says."""

    def __init__(self) -> None:
        self.outcomes: dict[str, object] = {}
        """By stem: ``True``, an error's text, or an exception to raise."""
        self.seconds = 0.0
        self.submitted: list[dict[str, Any]] = []
        self.waited_for = asyncio.Event()
        """Whether somebody has begun to wait for a task."""
        self.calls: list[str] = []

    def answer(self, module_path: str) -> dict[str, Any]:
        outcome = self.outcomes.get(Path(module_path).stem, True)
        if isinstance(outcome, BaseException):
            raise outcome
        detail = {"coverage": {"percent": 90.0}, "tests": ["test_it"]}
        answer = {"task_id": f"task of {Path(module_path).stem}", "module_path": module_path}
        if outcome is True:
            return answer | {"success": True, "result": detail, "error": None}
        return answer | {"success": False, "result": None, "error": outcome}

    async def generate_tests(self, **request: Any) -> dict[str, Any]:
        self.submitted.append(request)
        self.waited_for.set()
        await asyncio.sleep(self.seconds)
        return self.answer(request["module_path"])

    async def submit_test_generation_task(self, **request: Any) -> str:
        self.submitted.append(request)
        return str(self.answer(request["module_path"])["task_id"])

    async def get_test_generation_results(
        self, task_id: str, timeout: float | None = None, poll_interval: float = 2.0
    ) -> dict[str, Any]:
        module = task_id.removeprefix("task of ")
        self.waited_for.set()
        await asyncio.sleep(self.seconds)
        outcome = self.outcomes.get(f"{module}!", True)
        if isinstance(outcome, BaseException):
            raise outcome
        paths = {"module_path": f"src/{module}.py", "output_path": f"tests/test_{module}.py"}
        good = {"success": True, "task_id": task_id, "result": {}, "error": None} | paths
        return good if outcome is True else {"success": False, "error": outcome} | paths

    async def get_task_status(self, task_id: str) -> dict[str, Any]:
        second = "2026-01-01T00:00:0{}+00:00"
        return {"started_at": second.format(1), "completed_at": second.format(3)}

    async def start(self) -> None:
        self.calls.append("start")

    async def stop(self, grace_seconds: float | None = None) -> None:
        self.calls.append("stop" if grace_seconds is None else f"stop in {grace_seconds:g} s")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """What every stage gets for a generator, by the name that it looks up."""
    generator = Scripted()
    stand_in = mock.Mock()
    stand_in.from_env.side_effect = lambda **_: generator
    monkeypatch.setattr(workflow, "OpenHandsTestGenerator", stand_in)
    return generator


@pytest.fixture
def testbed(component: Path) -> Iterator[Testbed]:
    """The real engine; its attempts follow a script."""
    with Testbed() as stands:
        yield stands


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has every generator fail to be made, for this reason."""

    def fail(reason: str) -> None:
        def from_env(**_: object) -> OpenHandsTestGenerator:
            raise ValueError(reason)

        monkeypatch.setattr(workflow.OpenHandsTestGenerator, "from_env", from_env)

    return fail
