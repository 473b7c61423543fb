"""The orchestrator: which stages run, in which order, and what the result tells."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import ConfigurationError
from openhands_testgen.testing import Testbed, ok
from openhands_testgen.workflow import (
    OpenHandsStageResult,
    Stage,
    StageResult,
    WorkflowOrchestrator,
    WorkflowResult,
    function_stage,
)
from openhands_testgen.workflow.settings import workflow_settings

from .conftest import Scripted


def run_beside(orchestrator: WorkflowOrchestrator) -> WorkflowResult:
    return asyncio.run(orchestrator.run_async_with_parallel_openhands())


both_ways = pytest.mark.parametrize("run", [WorkflowOrchestrator.run, run_beside])


def configure(project: Path, *lines: str) -> None:
    table = "\n".join(["[tool.openhands-testgen.workflow]", *lines])
    (project / "pyproject.toml").write_text(f"{table}\n")


def python(text: str) -> str:
    return json.dumps([sys.executable, "-c", text])


def make(**options: Any) -> WorkflowOrchestrator:
    return WorkflowOrchestrator("spec.md", "school", **options)


def stages(orchestrator: WorkflowOrchestrator, order: list[str], *names: str) -> None:
    """Stages that write down that they ran."""
    for name in names:
        orchestrator.stages[name] = function_stage(name, partial(order.append, name))


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
@pytest.mark.parametrize("key", ["enable_openhands", "enable_openhands_test_generation"])
def test_test_generation_can_be_left_out(
    run: Any, key: str, component: Path, scripted: Scripted
) -> None:
    result = run(make(config={key: False}))

    assert result.success and scripted.submitted == []
    assert result.stages_completed == ["specification"]
    assert (result.openhands_task_ids, result.openhands_results) == ([], [])


@both_ways
def test_test_generation_can_be_switched(run: Any, component: Path, scripted: Scripted) -> None:
    orchestrator = make()
    assert orchestrator.enable_openhands is True

    orchestrator.enable_openhands = False

    assert run(orchestrator).success and scripted.submitted == []


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


@both_ways
def test_stages_run_the_commands_of_the_project(
    run: Any, component: Path, scripted: Scripted
) -> None:
    project = component.parent.parent
    configure(
        project,
        f"testing = {python('import pathlib; print(pathlib.Path.cwd())')}",
        "refactoring = \"{python} -c 'print(1)' {component} {component_path} {target} {else}\"",
        f"staging_deployment = {python('raise SystemExit(3)')}",
    )

    result = run(make())

    said = result.stage_results["testing"].to_dict()["outputs"]
    assert (said["exit_code"], said["output"]) == (0, str(project))
    command = result.stage_results["refactoring"].to_dict()["outputs"]["command"]
    assert command.endswith("-c 'print(1)' school src/school staging '{else}'")
    assert command.startswith(sys.executable)
    assert result.stages_failed == ["staging_deployment"]
    assert "ended with 3" in result.stage_results["staging_deployment"].errors[0]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("testing = 3", "testing must be a command"),
        ('testing = " "', "testing must be a command"),
        ("testing = []", "testing must be a command"),
        ('tests = "pytest"', "tests is not known"),
        ("coverage_threshold = -1", "coverage_threshold must be a number"),
        ('enable_openhands = "no"', "enable_openhands must be true or false"),
    ],
)
def test_an_entry_that_does_not_hold_is_named_with_its_file(
    component: Path, line: str, says: str
) -> None:
    configure(component.parent.parent, line)

    with pytest.raises(ConfigurationError, match=says) as caught:
        make().run()

    assert "pyproject.toml" in str(caught.value)


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nopenhands-testgen = 3", "", "[tool.x]"])
def test_a_file_without_the_table_configures_nothing(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(text)

    assert workflow_settings(project) == {}


def test_a_file_that_cannot_be_read_is_named(project: Path) -> None:
    for text in ("[tool", "[tool.openhands-testgen]\nworkflow = 3"):
        (project / "pyproject.toml").write_text(text)
        with pytest.raises(ConfigurationError, match=r"pyproject\.toml"):
            workflow_settings(project)
    (project / "pyproject.toml").unlink()
    assert workflow_settings(project) == {}


def test_the_arguments_stand_above_the_project_s_table(component: Path, scripted: Scripted) -> None:
    configure(component.parent.parent, "coverage_threshold = 60", "timeout_seconds = 7")

    make(config={"coverage_threshold": 90}).run()

    request = scripted.submitted[0]
    assert (request["coverage_threshold"], request["timeout"]) == (90, 7)


def test_a_command_that_does_not_end_is_ended(component: Path, scripted: Scripted) -> None:
    configure(
        component.parent.parent,
        f"testing = {python('import time; time.sleep(60)')}",
        "command_timeout_seconds = 0.5",
    )

    result = make().run()

    assert "did not end within 0.5 s" in result.stage_results["testing"].errors[0]


def test_only_the_last_lines_of_a_command_are_kept(component: Path, scripted: Scripted) -> None:
    text = "print('x' * 300_000); [print(n) for n in range(50)]"
    configure(component.parent.parent, f"testing = {python(text)}")

    said = make().run().stage_results["testing"].to_dict()["outputs"]["output"]

    assert said.splitlines() == [str(n) for n in range(30, 50)]


def test_what_a_command_leaves_running_is_not_waited_for(
    component: Path, scripted: Scripted
) -> None:
    child = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    text = f"import subprocess, sys; print(subprocess.Popen({child}).pid)"
    configure(component.parent.parent, f"testing = {python(text)}")

    result = make().run()

    assert result.success
    # It lives; else there would be nobody to send this to.
    os.kill(int(result.stage_results["testing"].to_dict()["outputs"]["output"]), signal.SIGKILL)


def test_a_command_that_is_not_there_is_named(component: Path, scripted: Scripted) -> None:
    configure(component.parent.parent, 'testing = "no-such-program --check"')

    result = make().run()

    assert "no-such-program could not be started" in result.stage_results["testing"].errors[0]


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


def test_a_stage_is_what_the_protocol_says(component: Path) -> None:
    factory = function_stage("testing", lambda: None)

    stage: Stage = factory(component, {})

    assert inspect.iscoroutinefunction(stage.execute)


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


def test_a_stage_that_exits_has_failed(component: Path, scripted: Scripted) -> None:
    orchestrator = make()
    orchestrator.stages["refactoring"] = function_stage("refactoring", partial(sys.exit, 3))
    result = orchestrator.run()
    assert result.stages_failed == ["refactoring"]


def test_a_report_can_name_a_file_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    result = WorkflowResult(True, os.fsdecode(b"b\xff"), "staging")
    result.save_report(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["success"] is True
