"""Objects that several tests begin with are made by a fixture."""

from __future__ import annotations

from collections import Counter

from .grouping import Group
from .layout import lay_out
from .scenario import Finding

SHARED_BY = 4
"""So many test functions have to begin with an object."""


def shared(groups: list[Group]) -> dict[str, str]:
    """Return the first steps that become fixtures, and their names; of one name the commonest."""
    counts = Counter(made_by(each.first) for each in groups)
    found: dict[str, str] = {}
    for step, count in counts.most_common():
        name = step.partition(" = ")[0]
        if step and count >= SHARED_BY and name not in found.values():
            found[step] = name
    return found


def made_by(finding: Finding) -> str:
    """Return the step that makes the object under test, if a fixture could do it."""
    scenario = finding.scenario
    first = scenario.setup[0] if scenario.setup else ""
    fits = scenario.subject and first.startswith(f"{scenario.subject} = ")
    return first if fits and "tmp_path" not in first and "Mock(" not in first else ""


def fixture(step: str) -> str:
    """Return the function for a step `name = value`."""
    name, _, value = step.partition(" = ")
    lines = lay_out(f"return {value}", 4)
    return "\n".join(["@pytest.fixture", f"def {name}():", *lines])
