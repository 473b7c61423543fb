"""Would a gate let a result pass? A reading of what was measured; nothing is run here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ValidationResult:
    """What a `ResultValidator` found."""

    passed: bool
    score: float
    """0.0 to 1.0: the measured coverage of the module, 0.0 where there is none."""
    errors: list[str] = field(default_factory=list)


class ResultValidator:
    """Reads a result as a gate would: did it succeed, with tests, at its threshold?

    The tests themselves were run and measured before the result was stored; nothing is run here.
    """

    def validate(self, result: Mapping[str, Any]) -> ValidationResult:
        """Judges one result of `get_test_generation_results`."""
        given: object = result
        if not isinstance(given, Mapping):
            return ValidationResult(False, 0.0, [f"a result must be a dict, not {given!r:.80}"])
        errors: list[str] = []
        detail = result.get("result") or {}
        if not result.get("success"):
            errors.append(result.get("error") or "the task did not succeed")
        elif not detail.get("tests"):
            errors.append("the result names no tests")
        elif not detail.get("threshold_met"):
            errors.append("the coverage is below its threshold")
        percent = (detail.get("coverage") or {}).get("percent")
        return ValidationResult(not errors, (percent or 0.0) / 100.0, errors)
