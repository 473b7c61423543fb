"""Settings of a workflow: which hold, and which are refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import ConfigurationError
from openhands_testgen.workflow import StageResult, WorkflowOrchestrator
from openhands_testgen.workflow.settings import workflow_settings

from .conftest import Scripted
from .orchestration import both_ways, configure, make, stages


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
@pytest.mark.parametrize("key", ["enable_openhands", "enable_openhands_test_generation"])
def test_the_argument_stands_above_the_table_by_either_name(
    run: Any, key: str, component: Path, scripted: Scripted
) -> None:
    configure(component.parent.parent, "enable_openhands = true")

    assert run(make(config={key: False})).success and scripted.submitted == []


def test_test_generation_is_switched_by_true_and_false_only(component: Path) -> None:
    orchestrator = make()
    with pytest.raises(ConfigurationError, match="enable_openhands must be true or false"):
        orchestrator.enable_openhands = "false"  # type: ignore[assignment]


@both_ways
def test_settings_are_checked_before_any_stage(
    run: Any, component: Path, scripted: Scripted
) -> None:
    order: list[str] = []
    orchestrator = make()
    stages(orchestrator, order, "testing")
    orchestrator.config["coverage_threshold"] = 101

    with pytest.raises(ConfigurationError, match="coverage_threshold"):
        run(orchestrator)

    assert order == []


@both_ways
def test_a_key_that_may_be_misspelt_is_told_once(
    run: Any, component: Path, scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(make(config={"coverage_treshold": 90, "my_own_key": 1})).success

    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "coverage_treshold is no setting of a workflow: was coverage_threshold meant?"
    ]


def test_a_target_that_there_is_not_is_refused_with_those_there_are() -> None:
    known = "dev, development, staging, production"
    for target in ("stagign", None, ["staging"]):
        with pytest.raises(ConfigurationError, match=f"target_stage .* of {known}, not ") as caught:
            make(target_stage=target)
        assert str(caught.value).endswith(f"not {target!r}")


@pytest.mark.parametrize("name", ["spec_file", "component_name"])
@pytest.mark.parametrize("value", [None, 5, ""])
def test_what_is_no_path_is_refused(name: str, value: Any) -> None:
    arguments: dict[str, Any] = {"spec_file": "spec.md", "component_name": "school", name: value}
    with pytest.raises(ConfigurationError, match=f"{name} must be a path, not {value!r}"):
        WorkflowOrchestrator(**arguments)


@both_ways
@pytest.mark.parametrize(
    ("name", "factory", "says"),
    [
        ("refactorring", lambda *_: None, "'refactorring' is no stage .*: there are testing, ref"),
        ("specification", lambda *_: None, "'specification' is no stage that can be replaced"),
        (
            "testing",
            StageResult("testing", True),
            "testing: must be a class or function .*, not St",
        ),
    ],
)
def test_a_stage_that_would_never_run_is_refused(
    run: Any, component: Path, scripted: Scripted, name: str, factory: Any, says: str
) -> None:
    orchestrator = make()
    orchestrator.stages[name] = factory

    with pytest.raises(ConfigurationError, match=f"stages: {says}"):
        run(orchestrator)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("testing = 3", "testing must be a command"),
        ('testing = " "', "testing must be a command"),
        ("testing = []", "testing must be a command"),
        ('testing = "echo \'one"', "testing must be a command"),
        ('tests = "pytest"', "tests is not known"),
        ("coverage_threshold = -1", "coverage_threshold must be a whole number"),
        ("timeout_seconds = nan", "timeout_seconds must be a number of seconds"),
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
