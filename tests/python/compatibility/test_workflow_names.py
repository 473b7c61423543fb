"""The workflow: names, positions, defaults and fields that existing code relies on."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import workflow
from openhands_testgen.workflow import (
    AsyncOpenHandsStageResult,
    AsyncOpenHandsTestGenerationStage,
    OpenHandsStageResult,
    OpenHandsTestGenerationStage,
    WorkflowOrchestrator,
    WorkflowResult,
    collect_openhands_results,
    submit_openhands_tasks,
)

NONE = inspect.Parameter.empty

SIGNATURES: list[tuple[Any, dict[str, object]]] = [
    (OpenHandsTestGenerationStage, {"component_path": NONE, "config": None}),
    (OpenHandsTestGenerationStage.execute, {"self": NONE}),
    (AsyncOpenHandsTestGenerationStage, {"component_path": NONE, "config": None}),
    (AsyncOpenHandsTestGenerationStage.submit_tasks, {"self": NONE}),
    (AsyncOpenHandsTestGenerationStage.collect_results, {"self": NONE, "submitted": NONE}),
    (
        WorkflowOrchestrator,
        {"spec_file": NONE, "component_name": NONE, "target_stage": "staging", "config": None},
    ),
    (WorkflowOrchestrator.run_async_with_parallel_openhands, {"self": NONE}),
    (WorkflowResult.save_report, {"self": NONE, "path": NONE}),
    (submit_openhands_tasks, {"modules": NONE, "coverage_threshold": 80}),
    (collect_openhands_results, {"task_ids": NONE, "timeout": None}),
]


@pytest.mark.parametrize(("call", "expected"), SIGNATURES)
def test_a_call_keeps_its_positions_and_defaults(call: Any, expected: dict[str, object]) -> None:
    parameters = inspect.signature(call).parameters.values()

    positional = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert {one.name: one.default for one in positional} == expected


FIELDS: list[tuple[Any, list[str]]] = [
    (
        OpenHandsStageResult,
        ["stage_name", "success", "outputs", "errors", "generated_tests", "coverage_improvement"],
    ),
    (
        AsyncOpenHandsStageResult,
        [
            "stage_name", "success", "outputs", "errors", "submitted_tasks", "completed_tasks",
            "failed_tasks", "total_execution_time_ms",
        ],
    ),
    (
        WorkflowResult,
        [
            "success", "component_name", "target_stage", "stages_completed", "stages_failed",
            "stage_results", "total_execution_time_ms", "execution_mode", "stage_timings",
            "openhands_submission_time_ms", "openhands_collection_time_ms",
            "parallel_execution_savings_ms", "openhands_task_ids", "openhands_results",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("result", "expected"), FIELDS)
def test_a_result_keeps_its_fields_in_their_order(result: Any, expected: list[str]) -> None:
    names = [field.name for field in fields(result)]

    assert [name for name in names if name in expected] == expected


def test_the_names_of_the_stages() -> None:
    assert OpenHandsStageResult().stage_name == "openhands_test_generation"
    assert AsyncOpenHandsStageResult().stage_name == "async_openhands_test_generation"
    assert workflow.OpenHandsTestGenerator.__name__ == "OpenHandsTestGenerator"


def test_tests_are_generated_where_nobody_says_otherwise(project: Path) -> None:
    assert WorkflowOrchestrator("spec.md", "shop").enable_openhands is True
