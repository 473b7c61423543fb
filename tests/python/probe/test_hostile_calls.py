"""A call that crashes, hangs, exits or forks costs that call, not the run."""

import pytest

from .conftest import EXAMPLES, Answer, Example, Explore, example_source


@pytest.fixture
def hostile(example: Example) -> Answer:
    """The answer for the hostile example."""
    return example("hostile")


@pytest.mark.parametrize(
    "name",
    [
        "leave", "crash", "abort", "spin", "cling", "doze", "fork", "shell", "dial", "kill", "eat",
        "deepen", "stop",
    ],
)  # fmt: skip
def test_a_hostile_function_is_left_out(hostile: Answer, name: str) -> None:
    assert f"{name}(" not in hostile.body
    assert name in [entry["name"] for entry in hostile.report["left_out"]]


def test_a_function_beside_hostile_ones_is_tested(hostile: Answer) -> None:
    assert hostile.report["status"] == "written"
    assert "double(" in hostile.body
    assert hostile.run_pytest().returncode == 0


def test_a_function_is_tested_although_hostile_ones_have_used_up_the_budget(
    explore: Explore,
) -> None:
    answer = explore(example_source("hostile"), "hostile", budget_seconds=0.3)
    assert answer.report["status"] == "written"
    assert "double(" in answer.body


def test_nothing_is_written_outside_of_the_output_and_the_scratch(example: Example) -> None:
    answer = example("writing")
    found = {
        str(path.relative_to(answer.project.parent))
        for path in answer.project.parent.rglob("*")
        if path.is_file() and "scratch" not in path.parts
    }
    assert found == {
        "events.jsonl",
        "project/tests/test_writing.py",
        "project/writing.py",
        "report.json",
        "request.json",
    }
    source = (EXAMPLES / "writing.py").read_text()
    assert (answer.project / "writing.py").read_text() == source


@pytest.mark.parametrize("name", ["above", "beside", "remove"])
def test_a_function_that_changes_foreign_files_is_left_out(example: Example, name: str) -> None:
    assert f"{name}(" not in example("writing").body


def test_a_call_that_only_hangs_for_some_arguments_is_tested_with_others(explore: Explore) -> None:
    source = """
def steps(number: int) -> int:
    count = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        count += 1
    return count
"""
    answer = explore(source, call_seconds=0.1)
    assert answer.report["status"] == "written"
    assert answer.run_pytest().returncode == 0
