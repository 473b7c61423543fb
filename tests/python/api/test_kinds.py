"""Work on the documents of a project through the Python class. All else is tested in Rust."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import InvalidRequestError, TaskContext

from .handling import make, run

pytestmark = pytest.mark.usefixtures("project", "stopped_at_the_end")

REQUIREMENTS = """\
# Shop

- REQ-001: User shall be able to login (Priority: High)
  - a wrong password is refused
- REQ-002: User shall be able to log out
- NFR-1: A page opens within 2 seconds (Risk: Low)
"""


def artifacts(project: Path, name: str) -> Path:
    return project / "openhands_workspace/projects/shop/artifacts" / name


def done(kind: str, payload: dict[str, Any], **settings: Any) -> dict[str, Any]:
    result = run(make(**settings), kind, {"project_id": "shop"} | payload)
    assert (result["success"], result["error"]) == (True, None)
    assert result["result"] is not None
    return result["result"]


def test_from_requirements_to_coverage(project: Path) -> None:
    document = artifacts(project, "requirement.md")
    document.parent.mkdir(parents=True)
    document.write_text(REQUIREMENTS)

    matrix = done("generate_rtm", {})
    cases = done("generate_test_cases", {"generation_options": {"include_negative_tests": True}})
    written = artifacts(project, "test_cases/test_req_002.py")
    written.write_text('def test_req_002_logs_out():\n    """REQ-002"""\n    assert not None\n')
    coverage = done("coverage_analysis", {})

    assert {key: matrix[key] for key in ("project_id", "generated_file", "success")} == {
        "project_id": "shop",
        "generated_file": "requirements_traceability_matrix.md",
        "success": True,
    }
    assert matrix["requirements_content_length"] == len(REQUIREMENTS)
    assert matrix["generated_by"] == "embedded"
    assert cases["generated_files"][0] == "test_cases/test_req_001.py"
    assert cases["total_count"] == 7
    analysis = coverage["coverage_analysis"]
    assert analysis["requirement_coverage"] == {
        "total_requirements": 3,
        "covered_requirements": 1,
        "requirement_coverage_percent": 33.33,
    }
    assert analysis["feature_coverage"]["covered_functional_requirements"] == 1
    assert analysis["high_risk_coverage"]["total_high_risk_requirements"] == 1
    (entry,) = [
        entry
        for entry in analysis["requirement_to_testcase_mapping"]
        if entry["requirement_id"] == "REQ-002"
    ]
    assert entry["covered_by"] == ["test_cases/test_req_002.py::test_req_002_logs_out"]
    table = json.loads(artifacts(project, "requirements_traceability_matrix.json").read_text())
    assert [row["line"] for row in table["requirements"]] == [3, 5, 6]


def test_status_names_the_kind_and_the_project() -> None:
    async def main() -> tuple[Any, Any]:
        generator = make()
        task_id = await generator.submit_task(
            "generate_rtm", {"project_id": "shop", "requirements_content": "REQ-1: a"}
        )
        result = await generator.get_test_generation_results(task_id, 60)
        return await generator.get_task_status(task_id), result

    status, result = asyncio.run(main())

    assert (status["kind"], status["status"]) == ("generate_rtm", "completed")
    assert status["metadata"] == {"project_id": "shop"}
    assert result["module_path"] is None


@pytest.mark.parametrize(
    ("kind", "payload", "says"),
    [
        ("generate_rtm", {}, "project_id: is missing"),
        ("generate_rtm", {"project_id": "a/b"}, "project_id: .*is no id of a project"),
        ("generate_test_cases", {"project_id": "a", "rtm": ""}, 'no field "rtm"'),
        ("coverage_analysis", {"project_id": "a", "file_paht": ""}, 'did you mean "file_path"'),
    ],
)
def test_a_payload_that_asks_for_nothing_possible_is_refused(
    kind: str, payload: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        run(make(), kind, payload)


def test_a_task_of_documents_is_not_tried_again_by_itself() -> None:
    result = run(make(), "generate_rtm", {"project_id": "shop"})

    assert (result["success"], result["error_kind"]) == (False, "config")
    assert "requirement.md is missing in" in str(result["error"])


def test_files_are_processed_by_the_users_handler() -> None:
    generator = make()
    with pytest.raises(InvalidRequestError, match=r'"file_processing" has no handler here'):
        run(generator, "file_processing", {"file": "a.csv"})

    async def count(context: TaskContext, payload: dict[str, Any]) -> dict[str, Any]:
        return {"name": payload["file"], "rows": 3}

    generator.register_handler("file_processing", count)

    result = run(generator, "file_processing", {"file": "a.csv"})
    assert result["result"] == {"name": "a.csv", "rows": 3}


def test_they_never_wait_behind_test_generation(components: Path) -> None:
    async def main() -> list[str]:
        generator = make(workers=1)
        tests = await generator.submit_test_generation_task("src/components/auth.py")
        rtm = await generator.submit_task(
            "generate_rtm", {"project_id": "shop", "requirements_content": "REQ-1: a"}
        )
        order = [
            result["task_id"] async for result in generator.as_completed([tests, rtm], timeout=90)
        ]
        return ["rtm" if task_id == rtm else "tests" for task_id in order]

    assert asyncio.run(main()) == ["rtm", "tests"]
