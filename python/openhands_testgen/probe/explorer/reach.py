"""What of the module do the kept calls reach, and what is missing?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from .facts import Facts
from .measure import Figures, Layout
from .scenario import Finding
from .targets import Target
from .trace import Arc


class Reach:
    """The arcs that were covered so far, and what they leave out."""

    def __init__(self, layout: Layout, facts: Facts) -> None:
        self._layout = layout
        self._facts = facts
        self.covered: set[Arc] = set()
        self._lines: dict[str, set[int]] = {}
        self._known_missing: tuple[int, list[int]] = (-1, [])

    def figures(self) -> Figures:
        """Return what the kept tests cover so far."""
        return self._layout.figures(self.covered)

    def line(self, number: int) -> int:
        """Return the first line of the statement that a line belongs to."""
        return self._layout.first.get(number, number)

    def lines(self, finding: Finding) -> set[int]:
        """Return the first lines of the statements that a finding reaches."""
        key = finding.scenario.text
        if key not in self._lines:
            self._lines[key] = {self.line(end) for _, end in finding.arcs}
        return self._lines[key]

    def can_lead(self, target: Target, function: str) -> bool:
        """Tell whether a target is a function, or calls it, as far as the code tells."""
        reachable = self._facts.reachable(target.facts_name)
        return any(facts.name == function for facts in reachable)

    def is_missing_in(self, target: Target) -> bool:
        """Tell whether lines of the target itself are missing."""
        facts = self._facts.functions.get(target.facts_name)
        return facts is not None and self._missing_between(facts.first + 1, facts.last) > 0

    def weight(self, target: Target) -> float:
        """Weigh a target by the lines that are missing in it and in what it calls."""
        weight = 0.2
        for distance, facts in enumerate(self._facts.reachable(target.facts_name)):
            lines = self._missing_between(facts.first, facts.last)
            weight += lines * (3.0 if distance == 0 else 1.0)
        return weight

    def _missing_between(self, first: int, last: int) -> int:
        """Count the lines that are missing so far, from the first to the last."""
        missing = self._missing()
        return bisect_right(missing, last) - bisect_left(missing, first)

    def _missing(self) -> list[int]:
        """Return the lines that are missing, in order; worked out again when more is covered."""
        known, missing = self._known_missing
        if known != len(self.covered):
            missing = self._layout.missing(self.covered)
            self._known_missing = (len(self.covered), missing)
        return missing
