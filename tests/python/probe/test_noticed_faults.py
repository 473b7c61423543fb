"""The tests that are written notice small faults, not only that a line ran."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import PROBE, Answer, Explore, example_source, explore_in

MUTATE = [sys.executable, str(PROBE / "mutate_module.py")]


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """The answer for the example of places where faults hide."""
    base = tmp_path_factory.mktemp("limits") / "run"
    return explore_in(base, example_source("limits"), "limits", {"budget_seconds": 3.0})


def faults_of(module: Path) -> Iterator[tuple[str, str]]:
    """The id and the description of each fault."""
    command = [*MUTATE, "list", str(module), "--sample", "0"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        fault = json.loads(line)
        yield fault["id"], fault["description"]


def holds_with(answer: Answer, module: Path, fault: str, folder: Path) -> bool:
    """Whether the written tests pass on the module with a fault."""
    subprocess.run([*MUTATE, "write", str(module), fault, str(folder / module.name)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    options = ["-q", "-x", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:timeout"]
    command = [sys.executable, "-m", "pytest", *options, f"--rootdir={folder}", str(answer.output)]
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return process.returncode == 0


@pytest.mark.timeout(400)  # it starts a dozen interpreters
def test_most_faults_are_noticed_and_the_report_says_how_many(
    limits: Answer, tmp_path: Path
) -> None:
    module = limits.project / "limits.py"
    faults = list(faults_of(module))
    missed = [words for name, words in faults[::16] if holds_with(limits, module, name, tmp_path)]
    assert len(missed) <= 1, missed
    assert limits.report["total_faults"] == len(faults)
    assert limits.report["noticed_faults"] >= 0.9 * len(faults)


def test_faults_in_what_runs_at_import_are_noticed_where_it_shows(limits: Answer) -> None:
    body = limits.body.lower()
    assert "oxen" in body or "mice" in body


def test_both_sides_of_a_bound_are_tested(explore: Explore) -> None:
    source = "def is_adult(age: int) -> bool:\n    return age >= 18\n"
    body = explore(source, budget_seconds=2.0).body
    assert "18" in body
    assert "17" in body


def test_a_fault_that_never_ends_costs_no_more_than_its_trial(explore: Explore) -> None:
    source = """
def digits(number: int) -> int:
    count = 1
    while number >= 10:
        number //= 10
        count += 1
    return count
"""
    answer = explore(source, budget_seconds=2.0)
    assert answer.report["status"] == "written"
    assert answer.report["noticed_faults"] >= answer.report["total_faults"] - 1


def test_a_fault_that_ends_the_interpreter_costs_no_more_than_its_trial(explore: Explore) -> None:
    source = """
import os


def halve(number: int) -> int:
    if number == -12345:
        os._exit(3)
    return number // 2
"""
    answer = explore(source, budget_seconds=2.0)
    assert answer.report["status"] == "written"
    assert answer.report["noticed_faults"] >= 3
    assert answer.run_pytest().returncode == 0


def test_what_a_call_does_to_files_is_asserted_rather_than_that_it_gives_nothing(
    explore: Explore,
) -> None:
    source = """
from pathlib import Path


def archive(path: Path) -> None:
    path.with_suffix(".old").write_text(path.read_text() + "kept")
    path.unlink()
"""
    answer = explore(source)
    assert 'assert files_below(tmp_path) == {"data.old": "' in answer.body
    assert "is None" not in answer.body
    assert answer.run_pytest().returncode == 0


def test_files_that_a_call_leaves_as_they_were_are_not_asserted(explore: Explore) -> None:
    source = """
from pathlib import Path


def size(path: Path) -> int:
    return len(path.read_text())
"""
    assert "files_below" not in explore(source).body


def test_each_optional_part_of_a_pattern_is_tried_alone_and_with_another(explore: Explore) -> None:
    source = r"""
import re

LENGTH = re.compile(r"^(?P<sign>[-+])?L(?P<miles>\d+m)?(?P<yards>\d+y)?(?P<feet>\d+f)?$")


def yards(text: str) -> int:
    match = LENGTH.match(text)
    if match is None:
        raise ValueError("no length")
    if match["miles"] or match["feet"] or not match["yards"]:
        return 0
    number = int(match["yards"][:-1])
    return -number if match["sign"] == "-" else number
"""
    answer = explore(source, budget_seconds=2.0)
    report = answer.report
    assert report["covered_branches"] == report["total_branches"]
    assert '("-L' in answer.body
