"""The figures of `make bench-testgen` are those of the tests: each is known here beforehand."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[3] / "benches/testgen"

MODULE = """
def grade(points):
    if points > 10:
        return "high"
    return "low"


def never(points):
    return points * 2
"""

TESTS = """
import time

from subject import grade


def test_high():
    assert grade(11) == "high"


def test_low():
    assert grade(0) == "low"


def test_wrong():
    assert grade(0) == "high"


def test_of_one_zone_only():
    assert time.timezone == 0
"""

NOTICED = 4
"""`10 -> 11`, the negated condition, and two `return None` of ten mutants."""


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What is measured of the tests above."""
    folder = tmp_path_factory.mktemp("bench")
    before = set(sys.modules)
    sys.path.insert(0, str(PROGRAM))
    try:
        fence, subjects, measured, writers = (
            importlib.import_module(name) for name in ("fence", "subjects", "figures", "writers")
        )
        if fence.missing():
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(fence.missing())
        packages = folder / "packages"
        packages.mkdir()
        (packages / "subject.py").write_text(MODULE)
        (folder / "test_subject.py").write_text(TESTS)
        project = subjects.make_project("subject", packages, folder / "project")
        written = writers.Written(folder / "test_subject.py", 1.5)
        yield measured.measure("me", project, written, Path(sys.executable), folder / "measured")
    finally:
        sys.path.remove(str(PROGRAM))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if file.startswith(str(PROGRAM)):
                del sys.modules[name]


def test_a_file_with_a_failing_test_is_not_usable_as_it_comes(figures: Any) -> None:
    assert figures.usable is False
    assert figures.tests == 4
    assert figures.failing == ("tests/test_subject.py::test_wrong",)


def test_a_test_that_fails_in_another_time_zone_flickers(figures: Any) -> None:
    assert figures.flickering == ("tests/test_subject.py::test_of_one_zone_only",)


def test_coverage_counts_lines_and_branches(figures: Any) -> None:
    assert figures.percent == pytest.approx(100 * (5 + 2) / (6 + 2))


def test_the_mutation_score_is_that_of_the_tests_that_hold(figures: Any) -> None:
    assert figures.mutation == pytest.approx(100 * NOTICED / 10)
    assert "grade, line 3: points > 10 -> points >= 10" in figures.survivors
    assert all(each.startswith(("grade", "never")) for each in figures.survivors)


def test_lines_and_seconds_are_told(figures: Any) -> None:
    assert figures.lines == pytest.approx(len(TESTS.splitlines()) / len(MODULE.splitlines()))
    assert figures.seconds == pytest.approx(1.5)
