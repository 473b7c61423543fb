"""Parameters that are objects of somebody else: their class where there is one, else a stand-in."""

from .conftest import Explore


def test_a_class_that_is_imported_for_type_checkers_only_is_made(explore: Explore) -> None:
    source = """
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nowhere import Nothing
    from fractions import Fraction


def half(amount: Fraction, unused: Nothing = None) -> str:
    whole = amount.limit_denominator(10)
    if whole.numerator > 1:
        return "many"
    return f"{whole.numerator} of {whole.denominator}"
"""
    answer = explore(source, budget_seconds=1.0)
    assert "from fractions import Fraction" in answer.body
    assert "pytest.param(Fraction(" in answer.body
    # The two imports are never run.
    assert answer.report["covered_lines"] == answer.report["total_lines"] - 2
    assert answer.run_pytest().returncode == 0


def test_an_object_of_which_only_fields_are_read_is_a_namespace_of_them(explore: Explore) -> None:
    source = """
def delay(state):
    if state.attempt_number >= 7:
        return "enough"
    if state.mode == "quick":
        return "at once"
    return f"after {state.attempt_number}"
"""
    answer = explore(source, budget_seconds=1.0)
    assert "SimpleNamespace(attempt_number=7" in answer.body
    assert 'mode="quick"' in answer.body
    assert answer.report["covered_branches"] == answer.report["total_branches"]
    assert answer.run_pytest().returncode == 0


def test_an_object_whose_methods_are_called_too_is_a_mock(explore: Explore) -> None:
    source = """
def close(connection):
    if connection.pending == 3:
        connection.flush_everything()
        return "flushed"
    return "closed"
"""
    answer = explore(source, budget_seconds=1.0)
    assert "Mock(pending=3)" in answer.body
    assert answer.report["covered_lines"] == answer.report["total_lines"]
    assert answer.run_pytest().returncode == 0
