"""The result of a workflow as a report."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import TaskStatus
from openhands_testgen.workflow import StageResult, WorkflowResult, function_stage

from .conftest import Scripted
from .orchestration import make


def test_the_report_is_the_result_as_json(component: Path, scripted: Scripted) -> None:
    result = asyncio.run(make().run_async_with_parallel_openhands())

    result.save_report(component / "reports/new/report.json")

    report = json.loads((component / "reports/new/report.json").read_text())
    assert report == json.loads(json.dumps(result.to_dict()))
    assert set(report) >= {
        "success", "component_name", "target_stage", "stages_completed", "stages_failed",
        "stage_results", "total_execution_time_ms", "execution_mode", "stage_timings",
        "openhands_submission_time_ms", "openhands_collection_time_ms",
        "parallel_execution_savings_ms", "openhands_task_ids", "openhands_results",
    }  # fmt: skip
    assert report["total_execution_time_ms"] >= sum(report["stage_timings"].values()) > 0


class Odd:
    """A value that cannot even be told."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")


def test_a_report_has_what_can_be_told_of_anything(component: Path, scripted: Scripted) -> None:
    circle: list[Any] = [1]
    circle.append(circle)
    outputs: dict[Any, Any] = {
        Path("src/a.py"): threading.Lock(), "bytes": b"a\xff", "set": {"b", "a"}, ("a", 1): None,
        "odd": Odd(), "circle": circle, "nan": nan, "when": datetime(2026, 1, 2, tzinfo=UTC),
        "nested": {1: StageResult("inner", True)}, "error": ValueError("no"), 7: TaskStatus.FAILED,
    }  # fmt: skip
    orchestrator = make()
    orchestrator.stages["testing"] = function_stage("testing", lambda: outputs)
    result = orchestrator.run()

    result.save_report("report.json")

    report = json.loads(Path("report.json").read_text(), parse_constant=pytest.fail)
    told = report["stage_results"]["testing"]["outputs"]
    assert told.pop("src/a.py").startswith("<unlocked _thread.lock")
    assert told.pop("nested")["1"]["stage_name"] == "inner"
    assert told == {
        "bytes": "a\\xff", "set": ["a", "b"], "['a', 1]": None, "odd": "<Odd>",
        "circle": [1, "…"], "nan": "nan", "when": "2026-01-02T00:00:00+00:00", "error": "no",
        "7": "failed",
    }  # fmt: skip


def test_a_result_that_cannot_tell_of_itself_is_in_the_report(
    component: Path, scripted: Scripted, tmp_path: Path
) -> None:
    class Mute(StageResult):
        def to_dict(self) -> dict[str, Any]:
            raise RuntimeError("no words")

    orchestrator = make()
    orchestrator.stages["testing"] = function_stage("testing", lambda: Mute("testing", True))

    told = orchestrator.run().to_dict()["stage_results"]["testing"]

    assert told == {"success": True, "errors": ["its to_dict() failed: no words"]}


def test_a_report_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: bytes) -> int:
        with file.open("wb") as begun:
            begun.write(content[:9])
        raise OSError("No space left on device")

    result = WorkflowResult(True, "school", "staging")
    result.save_report(tmp_path / "report.json")
    before = (tmp_path / "report.json").read_text()
    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(OSError, match="No space"):
        result.save_report(tmp_path / "report.json")

    assert (tmp_path / "report.json").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_report_can_go_to_what_is_no_file() -> None:
    WorkflowResult(True, "school", "staging").save_report("/dev/null")

    assert not Path("/dev/null").is_file()


def test_the_fields_of_a_new_result() -> None:
    result = WorkflowResult(True, "school", "staging", execution_mode="async")

    assert result.to_dict() == {
        "success": True,
        "component_name": "school",
        "target_stage": "staging",
        "stages_completed": [],
        "stages_failed": [],
        "stages_skipped": {},
        "stage_results": {},
        "total_execution_time_ms": 0.0,
        "execution_mode": "async",
        "stage_timings": {},
        "openhands_submission_time_ms": 0.0,
        "openhands_collection_time_ms": 0.0,
        "parallel_execution_savings_ms": 0.0,
        "openhands_task_ids": [],
        "openhands_results": [],
    }


def test_a_report_can_name_a_file_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    result = WorkflowResult(True, os.fsdecode(b"b\xff"), "staging")
    result.save_report(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["success"] is True
