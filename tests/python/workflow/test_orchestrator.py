"""The orchestrator: which stages run, in which order, and what the result tells."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen.testing import Testbed, ok
from openhands_testgen.workflow import (
    OpenHandsStageResult,
    Stage,
    StageResult,
    WorkflowOrchestrator,
    WorkflowResult,
    function_stage,
)

from .conftest import Scripted
from .orchestration import both_ways, make, stages


@both_ways
def test_what_nobody_configured_is_skipped_with_its_reason(
    run: Any, component: Path, scripted: Scripted
) -> None:
    result = run(make())

    assert result.success and result.stages_failed == []
    assert list(result.stages_skipped) == ["testing", "refactoring", "staging_deployment"]
    assert "set testing in [tool.openhands-testgen.workflow]" in result.stages_skipped["testing"]
    assert result.stage_results["testing"].to_dict()["skipped"] is not None


def test_one_stage_after_the_other(component: Path, scripted: Scripted) -> None:
    order: list[str] = []
    orchestrator = make(target_stage="production")
    stages(orchestrator, order, "testing", "refactoring", "staging_deployment")
    stages(orchestrator, order, "production_deployment")

    result = orchestrator.run()

    assert result.execution_mode == "sync"
    assert result.stages_completed == [
        "specification", "testing", "openhands_test_generation", "refactoring",
        "staging_deployment", "production_deployment",
    ]  # fmt: skip
    assert list(result.stage_timings) == result.stages_completed
    assert order == [
        "testing", "refactoring", "staging_deployment", "production_deployment",
    ]  # fmt: skip
    assert result.openhands_task_ids == ["task of grades", "task of marks"]
    assert [one["success"] for one in result.openhands_results] == [True, True]
    generated = result.stage_results["openhands_test_generation"]
    assert isinstance(generated, OpenHandsStageResult) and len(generated.generated_tests) == 2


def test_other_stages_run_between_submission_and_collection(
    component: Path, scripted: Scripted
) -> None:
    orchestrator = make()
    submitted_before: list[int] = []
    for name in ("testing", "refactoring"):
        orchestrator.stages[name] = function_stage(
            name, lambda: submitted_before.append(len(scripted.submitted))
        )

    result = asyncio.run(orchestrator.run_async_with_parallel_openhands())

    assert submitted_before == [0, 2]
    assert result.execution_mode == "async"
    assert result.stages_completed == [
        "specification", "testing", "openhands_submission", "refactoring", "openhands_collection",
    ]  # fmt: skip
    assert result.openhands_task_ids == ["task of grades", "task of marks"]
    assert [one["success"] for one in result.openhands_results] == [True, True]
    assert result.openhands_submission_time_ms == result.stage_timings["openhands_submission"] > 0
    assert result.openhands_collection_time_ms == result.stage_timings["openhands_collection"] > 0
    # The script's attempts took two seconds each; nobody waited for them.
    assert 3_000 < result.parallel_execution_savings_ms <= 4_000


def test_results_name_what_failed_too(component: Path, scripted: Scripted) -> None:
    scripted.outcomes["grades!"] = "too little coverage"

    result = asyncio.run(make().run_async_with_parallel_openhands())

    assert result.success
    assert [(one["success"], one["error"]) for one in result.openhands_results] == [
        (False, "too little coverage"),
        (True, None),
    ]


@both_ways
def test_a_stage_that_fails_ends_the_way_to_deployment(
    run: Any, component: Path, scripted: Scripted
) -> None:
    order: list[str] = []
    orchestrator = make()
    stages(orchestrator, order, "staging_deployment")
    orchestrator.stages["refactoring"] = function_stage("refactoring", lambda: False)

    result = run(orchestrator)

    assert not result.success
    assert (result.stages_failed, order) == (["refactoring"], [])
    assert len(scripted.submitted) == 2


@both_ways
def test_failing_tests_stop_everything(run: Any, component: Path, scripted: Scripted) -> None:
    orchestrator = make()

    def failing() -> None:
        raise AssertionError("3 tests failed")

    orchestrator.stages["testing"] = function_stage("testing", failing)
    result = run(orchestrator)

    assert (result.success, result.stages_failed) == (False, ["testing"])
    assert result.stage_results["testing"].errors == ["stage testing failed: 3 tests failed"]
    assert scripted.submitted == []


@both_ways
def test_a_missing_specification_stops_everything(
    run: Any, component: Path, scripted: Scripted
) -> None:
    result = run(WorkflowOrchestrator(Path("gone.md"), "school"))

    assert (result.success, result.stages_failed) == (False, ["specification"])
    errors = result.stage_results["specification"].errors
    assert errors == ["Specification file not found: gone.md"]


@both_ways
def test_a_component_without_modules_fails_its_stage_alone(
    run: Any, project: Path, scripted: Scripted
) -> None:
    order: list[str] = []
    orchestrator = make()
    stages(orchestrator, order, "refactoring")

    result = run(orchestrator)

    (failed,) = result.stages_failed
    assert failed in {"openhands_test_generation", "openhands_submission"}
    assert result.stage_results[failed].errors == ["No Python modules found in src/school"]
    assert order == ["refactoring"]


def test_a_stage_of_one_s_own_is_a_class_with_execute(component: Path, scripted: Scripted) -> None:
    class Refactoring:
        def __init__(self, component: Path, config: dict[str, Any]) -> None:
            self.component, self.config = component, config

        def execute(self) -> StageResult:
            assert threading.current_thread() is not threading.main_thread()
            outputs = {"component": self.component.name, "strict": self.config["strict"]}
            return StageResult("refactoring", True, outputs)

    orchestrator = make(config={"strict": True})
    orchestrator.stages["refactoring"] = Refactoring

    result = asyncio.run(orchestrator.run_async_with_parallel_openhands())

    outputs = result.stage_results["refactoring"].to_dict()["outputs"]
    assert outputs == {"component": "school", "strict": True}


def test_a_coroutine_runs_in_the_workflow_s_own_loop(component: Path, scripted: Scripted) -> None:
    loops: list[object] = []

    async def refactor() -> dict[str, int]:
        loops.append(asyncio.get_running_loop())
        return {"files": 2}

    orchestrator = make()
    orchestrator.stages["refactoring"] = function_stage("refactoring", refactor)

    async def main() -> WorkflowResult:
        loops.append(asyncio.get_running_loop())
        return await orchestrator.run_async_with_parallel_openhands()

    result = asyncio.run(main())

    assert loops[0] is loops[1]
    assert result.stage_results["refactoring"].to_dict()["outputs"] == {"files": 2}


def test_run_works_within_a_running_loop(component: Path, scripted: Scripted) -> None:
    async def main() -> WorkflowResult:
        return make().run()

    assert asyncio.run(main()).success


@both_ways
def test_the_component_may_be_set_and_may_be_a_path(
    run: Any, component: Path, scripted: Scripted
) -> None:
    orchestrator = WorkflowOrchestrator("spec.md", "anything")
    orchestrator.component_path = component
    assert run(orchestrator).success
    assert run(WorkflowOrchestrator("spec.md", "src/school")).success


def test_a_stage_is_what_the_protocol_says(component: Path) -> None:
    factory = function_stage("testing", lambda: None)

    stage: Stage = factory(component, {})

    assert inspect.iscoroutinefunction(stage.execute)


@both_ways
def test_every_module_is_in_the_results_with_its_own_error(
    run: Any, component: Path, scripted: Scripted
) -> None:
    scripted.outcomes = {"marks": RuntimeError("Task queue is full")}
    result = run(make())
    errors = {Path(one["module_path"]).stem: one["error"] for one in result.openhands_results}
    assert list(errors) == ["grades", "marks"]
    assert errors["grades"] is None
    assert "Task queue is full" in str(errors["marks"])
    assert result.openhands_task_ids == ["task of grades"]


@both_ways
def test_a_failed_task_keeps_what_the_engine_says_of_it(run: Any, testbed: Testbed) -> None:
    testbed.script(ok(coverage=40.0))
    result = run(make())
    for one in result.openhands_results:
        assert one["error_kind"] == "coverage_gap"
        assert one["result"] is not None
        assert one["output_path"] is not None


@both_ways
@pytest.mark.parametrize("answer", [None, {"success": True}])
def test_a_stage_that_returns_no_result_has_failed(
    run: Any, component: Path, scripted: Scripted, answer: object
) -> None:
    class Printing:
        def execute(self) -> Any:
            return answer

    orchestrator = make()
    orchestrator.stages["refactoring"] = lambda _path, _config: Printing()
    result = run(orchestrator)
    assert result.stages_failed == ["refactoring"]
    assert "which is no stage result" in result.stage_results["refactoring"].errors[0]
    assert len(result.openhands_results) == 2


@both_ways
def test_a_stage_whose_success_is_neither_true_nor_false_has_failed(
    run: Any, component: Path, scripted: Scripted
) -> None:
    class Wordy:
        def execute(self) -> Any:
            return StageResult("refactoring", success="no")  # type: ignore[arg-type]

    orchestrator = make()
    orchestrator.stages["refactoring"] = lambda _path, _config: Wordy()
    result = run(orchestrator)
    assert result.stages_failed == ["refactoring"]
    assert "success='no': say True or False" in result.stage_results["refactoring"].errors[0]


def test_a_stage_that_exits_has_failed(component: Path, scripted: Scripted) -> None:
    orchestrator = make()
    orchestrator.stages["refactoring"] = function_stage("refactoring", partial(sys.exit, 3))
    result = orchestrator.run()
    assert result.stages_failed == ["refactoring"]


def test_specification_and_component_are_looked_for_in_the_project_too(
    component: Path, testbed: Testbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = component / "inner"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("OPENHANDS_PROJECT_ROOT", str(component.parents[1]))
    assert WorkflowOrchestrator("spec.md", "school").run().success


def test_a_file_in_place_of_a_component_is_named_as_given(component: Path) -> None:
    result = WorkflowOrchestrator("spec.md", "src/school/grades.py").run()
    assert "No Python modules found in src/school/grades.py" in str(result.to_dict())
