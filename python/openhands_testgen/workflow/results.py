"""What did a stage, and the whole workflow, come to? Plain records; `to_dict` is their report."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..types import GenerationResult
from .report import plain, write_whole


class StageOutcome(Protocol):
    """What an orchestrator reads of a stage's result."""

    success: bool
    errors: list[str]

    def to_dict(self) -> dict[str, Any]:
        """All of it, for the report."""


@dataclass
class StageResult:
    """What became of one stage."""

    stage_name: str
    success: bool
    outputs: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    execution_time_ms: float = 0.0
    skipped: str | None = None
    """Why nothing was run, where nothing was."""

    def to_dict(self) -> dict[str, Any]:
        """All fields."""
        plain_fields: dict[str, Any] = plain(self)
        return plain_fields


@dataclass
class OpenHandsStageResult:
    """What `OpenHandsTestGenerationStage` came to."""

    stage_name: str = "openhands_test_generation"
    success: bool = False
    """Whether at least one module has its tests."""
    outputs: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    generated_tests: list[str] = field(default_factory=list)
    """The modules that have their tests."""
    coverage_improvement: float = 0.0
    """The mean coverage of those modules by their new tests, in percent."""

    def to_dict(self) -> dict[str, Any]:
        """All fields."""
        plain_fields: dict[str, Any] = plain(self)
        return plain_fields


@dataclass
class AsyncOpenHandsStageResult:
    """What `AsyncOpenHandsTestGenerationStage` submitted, or collected."""

    stage_name: str = "async_openhands_test_generation"
    success: bool = False
    """Whether at least one module was submitted, or has its tests."""
    outputs: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    submitted_tasks: dict[str, str] = field(default_factory=dict)
    """Task ids by module."""
    completed_tasks: dict[str, GenerationResult] = field(default_factory=dict)
    """Results by task id."""
    failed_tasks: dict[str, str] = field(default_factory=dict)
    """Errors by task id."""
    total_execution_time_ms: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """All fields."""
        plain_fields: dict[str, Any] = plain(self)
        return plain_fields


def failed_result(module: str, error: str | None, task_id: str = "") -> GenerationResult:
    """The result of a module that has no tests, where the engine gave none."""
    return {
        "success": False,
        "task_id": task_id,
        "result": None,
        "error": error,
        "error_kind": None,
        "module_path": module,
        "output_path": None,
    }


@dataclass
class WorkflowResult:
    """What a workflow came to."""

    success: bool
    component_name: str
    target_stage: str
    stages_completed: list[str] = field(default_factory=list)
    stages_failed: list[str] = field(default_factory=list)
    stages_skipped: dict[str, str] = field(default_factory=dict)
    """Why, by stage."""
    stage_results: dict[str, StageOutcome] = field(default_factory=dict)
    total_execution_time_ms: float = 0.0
    execution_mode: str = "sync"
    """``sync``, one stage after the other, or ``async``, with test generation beside them."""
    stage_timings: dict[str, float] = field(default_factory=dict)
    """Milliseconds by stage."""
    openhands_submission_time_ms: float = 0.0
    openhands_collection_time_ms: float = 0.0
    """How long the workflow waited for tests once everything else was done."""
    parallel_execution_savings_ms: float = 0.0
    """How much longer the same stages and attempts would have taken one after the other."""
    openhands_task_ids: list[str] = field(default_factory=list)
    openhands_results: list[GenerationResult] = field(default_factory=list)
    """One for each module, in their order."""

    def to_dict(self) -> dict[str, Any]:
        """All fields, with stages by name, as plain values: others are told by their text."""
        own = {name: value for name, value in vars(self).items() if name != "stage_results"}
        stages = {name: _told(stage) for name, stage in self.stage_results.items()}
        report: dict[str, Any] = plain({**own, "stage_results": stages})
        return report

    def save_report(self, path: str | os.PathLike[str]) -> None:
        """Writes `to_dict` to a file as JSON, all of it or nothing; its folder is made."""
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False)
        write_whole(Path(path), f"{text}\n")


def _told(outcome: StageOutcome) -> dict[str, Any]:
    """What a stage's result says of itself; of one of your own that cannot, how it ended."""
    try:
        return outcome.to_dict()
    except Exception as error:
        errors = [*outcome.errors, f"its to_dict() failed: {error}"]
        return {"success": outcome.success, "errors": errors}
