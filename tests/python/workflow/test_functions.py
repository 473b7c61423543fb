"""`submit_openhands_tasks` and `collect_openhands_results`, in a workflow of one's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import GenerationResult, InvalidRequestError, TaskNotFoundError
from openhands_testgen.testing import Testbed, fails, hang
from openhands_testgen.workflow import (
    WorkflowResult,
    collect_openhands_results,
    submit_openhands_tasks,
)


async def run_refactoring_stage() -> None:
    await asyncio.sleep(0)


def test_the_workflow_of_the_documents(component: Path, testbed: Testbed) -> None:
    testbed.script(fails("invalid_module"), module="src/school/marks.py")
    modules: list[str | Path] = ["src/school/grades.py", Path("src/school/marks.py")]
    enable_openhands = True
    result = WorkflowResult(True, "school", "staging")

    async def main() -> None:
        if enable_openhands:
            task_ids = await submit_openhands_tasks(modules)
            result.openhands_task_ids = task_ids

        await run_refactoring_stage()

        if result.openhands_task_ids:
            openhands_results = await collect_openhands_results(task_ids)
            result.openhands_results = openhands_results

    asyncio.run(main())

    assert [one["success"] for one in result.openhands_results] == [True, False]
    assert [one["task_id"] for one in result.openhands_results] == result.openhands_task_ids
    assert result.openhands_results[1]["error_kind"] == "invalid_module"


def test_ids_by_module_can_be_collected_and_a_short_wait_is_over(
    component: Path, testbed: Testbed
) -> None:
    testbed.script(hang())

    async def main() -> list[GenerationResult]:
        (task_id,) = await submit_openhands_tasks(["src/school/marks.py"], 70)
        return await collect_openhands_results({"marks": task_id}, timeout=0)

    with pytest.raises(TimeoutError):
        asyncio.run(main())


def test_a_module_that_cannot_be_submitted_is_named(testbed: Testbed) -> None:
    with pytest.raises(InvalidRequestError, match="module_path"):
        asyncio.run(submit_openhands_tasks(["../elsewhere.py"]))


@pytest.mark.parametrize("modules", ["src/school/marks.py", Path("src/school/marks.py"), b"a", 5])
def test_a_lone_module_is_no_list(testbed: Testbed, modules: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r'modules: must be a list, such as \["src/'):
        asyncio.run(submit_openhands_tasks(modules))


def test_what_was_submitted_before_a_refusal_is_known(testbed: Testbed) -> None:
    with pytest.raises(InvalidRequestError, match="module_path") as caught:
        asyncio.run(submit_openhands_tasks(["src/school/marks.py", "../elsewhere.py"]))

    (note,) = caught.value.__notes__
    assert note.startswith("submitted before it: ")


@pytest.mark.parametrize("task_ids", ["an-id", None, 5])
def test_a_lone_id_is_no_list(testbed: Testbed, task_ids: Any) -> None:
    with pytest.raises(InvalidRequestError, match="task_ids: must be a list, such as the answer"):
        asyncio.run(collect_openhands_results(task_ids))


def test_an_id_that_no_task_has_is_named(testbed: Testbed) -> None:
    with pytest.raises(TaskNotFoundError, match="task x not found"):
        asyncio.run(collect_openhands_results(["x"]))
