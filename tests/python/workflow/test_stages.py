"""Test generation as a stage: blocking, and in two steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from openhands_testgen.testing import Testbed, fails, hang, ok
from openhands_testgen.workflow import (
    AsyncOpenHandsStageResult,
    AsyncOpenHandsTestGenerationStage,
    OpenHandsStageResult,
    OpenHandsTestGenerationStage,
)

from .conftest import Scripted

BOTH = [OpenHandsTestGenerationStage, AsyncOpenHandsTestGenerationStage]


def submit(stage: AsyncOpenHandsTestGenerationStage) -> AsyncOpenHandsStageResult:
    return asyncio.run(stage.submit_tasks())


def run(stage: Any) -> OpenHandsStageResult | AsyncOpenHandsStageResult:
    """Executes a blocking stage; submits the tasks of the other."""
    if isinstance(stage, OpenHandsTestGenerationStage):
        return stage.execute()
    return submit(stage)


@pytest.mark.parametrize("stage", BOTH)
def test_the_generator_is_looked_up_in_the_stage_s_module(
    stage: Any, component: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, stand_in = Scripted(), mock.Mock()
    stand_in.from_env.return_value = given
    monkeypatch.setattr(f"{stage.__module__}.OpenHandsTestGenerator", stand_in)

    assert run(stage(component)).success

    stand_in.from_env.assert_called_once_with(use_docker=True)
    assert len(given.submitted) == 2


def test_the_fields_of_the_blocking_result() -> None:
    assert OpenHandsStageResult().to_dict() == {
        "stage_name": "openhands_test_generation",
        "success": False,
        "outputs": {},
        "errors": [],
        "generated_tests": [],
        "coverage_improvement": 0.0,
    }


def test_the_fields_of_the_other_result() -> None:
    assert AsyncOpenHandsStageResult().to_dict() == {
        "stage_name": "async_openhands_test_generation",
        "success": False,
        "outputs": {},
        "errors": [],
        "submitted_tasks": {},
        "completed_tasks": {},
        "failed_tasks": {},
        "total_execution_time_ms": 0.0,
    }


@pytest.mark.parametrize("stage", BOTH)
def test_a_component_without_modules_is_an_error(
    stage: Any, project: Path, scripted: Scripted
) -> None:
    (project / "test_only.py").touch()

    result = run(stage(project / "nowhere"))

    assert not result.success
    assert result.errors == [f"No Python modules found in {project / 'nowhere'}"]
    assert run(stage(project)).errors == [f"No Python modules found in {project}"]


@pytest.mark.parametrize("stage", BOTH)
def test_a_generator_that_cannot_be_made_is_an_error(
    stage: Any, component: Path, broken: Callable[[str], None]
) -> None:
    broken("no key")

    result = run(stage(component))

    assert (result.success, result.errors) == (False, ["Failed to initialize OpenHands: no key"])


def test_settings_that_do_not_hold_are_such_an_error(
    component: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_TIMEOUT", "5")

    (error,) = OpenHandsTestGenerationStage(component).execute().errors

    assert error.startswith("Failed to initialize OpenHands: default_timeout_seconds")


def test_the_blocking_stage_generates_one_module_after_the_other(
    component: Path, scripted: Scripted
) -> None:
    config = {"coverage_threshold": 70, "timeout_seconds": 9}

    result = OpenHandsTestGenerationStage(component, config).execute()

    assert result.success and result.errors == []
    assert result.generated_tests == [str(component / "grades.py"), str(component / "marks.py")]
    assert result.coverage_improvement == 90.0
    assert result.outputs["modules_found"] == result.outputs["tests_generated"] == 2
    assert scripted.submitted[0] == {
        "module_path": str(component / "grades.py"),
        "output_path": str(component.parent.parent / "tests/test_grades.py"),
        "coverage_threshold": 70,
        "timeout": 9,
    }
    assert scripted.calls == ["stop"]


def test_partial_success_of_the_blocking_stage_is_success(
    component: Path, scripted: Scripted
) -> None:
    scripted.outcomes["grades"] = "too little coverage"

    result = OpenHandsTestGenerationStage(component).execute()

    assert result.success and result.generated_tests == [str(component / "marks.py")]
    module = component / "grades.py"
    assert result.errors == [f"Failed to generate tests for {module}: too little coverage"]


def test_an_exception_of_a_module_is_its_error_alone(component: Path, scripted: Scripted) -> None:
    scripted.outcomes["grades"] = RuntimeError("no room")

    result = OpenHandsTestGenerationStage(component).execute()

    assert result.success and "grades.py: no room" in result.errors[0]


def test_an_open_circuit_breaker_ends_the_blocking_stage(
    component: Path, scripted: Scripted
) -> None:
    message = "Circuit breaker open - service temporarily unavailable"
    scripted.outcomes["grades"] = message

    result = OpenHandsTestGenerationStage(component).execute()

    assert (result.success, result.errors) == (False, [message])
    assert len(scripted.submitted) == 1


def test_the_blocking_stage_works_within_a_running_loop(
    component: Path, scripted: Scripted
) -> None:
    async def main() -> OpenHandsStageResult:
        return OpenHandsTestGenerationStage(component).execute()

    assert asyncio.run(main()).success


def test_submission_answers_ids_by_module(component: Path, scripted: Scripted) -> None:
    result = submit(AsyncOpenHandsTestGenerationStage(component, {"coverage_threshold": 70}))

    assert result.success and result.total_execution_time_ms > 0
    assert result.submitted_tasks == {
        str(component / "grades.py"): "task of grades",
        str(component / "marks.py"): "task of marks",
    }
    assert result.outputs["tasks_submitted"] == 2
    assert scripted.submitted[1] == {
        "module_path": str(component / "marks.py"),
        "output_path": str(component.parent.parent / "tests/test_marks.py"),
        "coverage_threshold": 70,
    }
    assert scripted.calls == ["start"]


def test_a_generator_for_which_there_is_nothing_to_do_is_stopped(
    component: Path, scripted: Scripted
) -> None:
    scripted.outcomes = {name: RuntimeError("Task queue is full") for name in ("grades", "marks")}
    stage = AsyncOpenHandsTestGenerationStage(component)

    assert not submit(stage).success

    assert scripted.calls == ["start", "stop"] and stage.generator is None


def test_partial_submission_is_success(component: Path, scripted: Scripted) -> None:
    scripted.outcomes["grades"] = RuntimeError("Task queue is full")

    result = submit(AsyncOpenHandsTestGenerationStage(component))

    assert result.success and list(result.submitted_tasks) == [str(component / "marks.py")]
    module = component / "grades.py"
    assert result.errors == [f"Error submitting task for {module}: Task queue is full"]


def test_collection_tells_what_completed_from_what_failed(
    component: Path, scripted: Scripted
) -> None:
    scripted.outcomes["grades!"] = "too little coverage"
    stage = AsyncOpenHandsTestGenerationStage(component)

    async def main() -> AsyncOpenHandsStageResult:
        return await stage.collect_results((await stage.submit_tasks()).submitted_tasks)

    result = asyncio.run(main())

    assert result.success
    assert list(result.completed_tasks) == ["task of marks"]
    assert result.failed_tasks == {"task of grades": "too little coverage"}
    assert result.outputs["tasks_completed"] == result.outputs["tasks_failed"] == 1
    assert result.outputs["attempts_time_ms"] == 4000
    assert scripted.calls == ["start", "stop"] and stage.generator is None


def test_what_is_no_submission_cannot_be_collected(component: Path, scripted: Scripted) -> None:
    stage: Any = AsyncOpenHandsTestGenerationStage(component)

    result = asyncio.run(stage.collect_results(["task of grades"]))

    assert not result.success
    assert result.errors == [
        "submitted: must be task ids by module, as submitted_tasks has them, not ['task of grades']"
    ]


def test_a_wait_that_is_over_is_that_module_s_failure(component: Path, scripted: Scripted) -> None:
    scripted.outcomes["grades!"] = TimeoutError("task is still running")

    result = asyncio.run(
        AsyncOpenHandsTestGenerationStage(component).collect_results(
            {"grades.py": "task of grades", "marks.py": "task of marks"}
        )
    )

    assert result.success and result.failed_tasks == {"task of grades": "task is still running"}


def test_a_generator_that_was_given_is_used_and_left_running(
    component: Path, scripted: Scripted
) -> None:
    given: Any = Scripted()
    stage = AsyncOpenHandsTestGenerationStage(component)
    stage.generator = given

    async def main() -> None:
        await stage.collect_results((await stage.submit_tasks()).submitted_tasks)

    asyncio.run(main())

    assert len(given.submitted) == 2 and given.calls == []
    assert stage.generator is given and scripted.submitted == []


def test_the_real_engine_writes_the_tests_where_the_stage_says(
    component: Path, testbed: Testbed
) -> None:
    testbed.script(ok(text="def test_it():\n    assert 1 + 1 == 2\n"))
    testbed.script(fails("invalid_module", "marks.py is none"), module="src/school/marks.py")

    async def main() -> tuple[AsyncOpenHandsStageResult, AsyncOpenHandsStageResult]:
        stage = AsyncOpenHandsTestGenerationStage(Path("src/school"))
        submitted = await stage.submit_tasks()
        return submitted, await stage.collect_results(submitted.submitted_tasks)

    submitted, collected = asyncio.run(main())

    assert list(submitted.submitted_tasks) == ["src/school/grades.py", "src/school/marks.py"]
    assert collected.success
    (result,) = collected.completed_tasks.values()
    assert result["output_path"] == "tests/test_grades.py"
    assert (component.parent.parent / "tests/test_grades.py").is_file()
    assert list(collected.failed_tasks.values()) == ["marks.py is none"]


def test_a_wait_that_is_over_leaves_the_task_running(component: Path, testbed: Testbed) -> None:
    testbed.script(hang())

    async def main() -> None:
        stage = AsyncOpenHandsTestGenerationStage(component, {"timeout_seconds": 0})
        submitted = await stage.submit_tasks()
        first = await stage.collect_results(submitted.submitted_tasks)
        assert len(first.failed_tasks) == 2 and stage.generator is not None
        for task_id in submitted.submitted_tasks.values():
            await stage.generator.cancel_task(task_id)
        await stage.let_go()

    asyncio.run(main())


def test_a_cancelled_run_stops_its_generator(component: Path, scripted: Scripted) -> None:
    scripted.seconds = 3600

    async def main() -> None:
        running = asyncio.create_task(OpenHandsTestGenerationStage(component).run())
        await scripted.waited_for.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())

    assert scripted.calls == ["stop in 0 s"]


def test_another_stage_collects_what_the_first_submitted(
    component: Path, testbed: Testbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_STORE", "sqlite:tasks.db")

    async def main() -> AsyncOpenHandsStageResult:
        submitted = await AsyncOpenHandsTestGenerationStage(component).submit_tasks()
        other = AsyncOpenHandsTestGenerationStage(component)
        return await other.collect_results(submitted.submitted_tasks)

    assert len(asyncio.run(main()).completed_tasks) == 2
