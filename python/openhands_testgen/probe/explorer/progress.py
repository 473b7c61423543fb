"""What the search knows of one target."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .execute import Run
from .scenario import Scenario


@dataclass
class Progress:
    """What is known of one target."""

    runs: int = 0
    kept: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    good: list[Scenario] = field(default_factory=list)
    derived: int = 0


def outcome_kind(run: Run) -> str:
    """Return the kind of an outcome, coarse enough that a target has few of them."""
    if run.error is not None:
        return f"raises {type(run.error).__name__} {run.place if run.explicit else ''}"
    value: Any = run.value
    if value is None or isinstance(value, bool):
        return repr(value)
    try:
        empty = "" if value else "empty "
    except Exception:
        empty = ""
    return f"{empty}{type(value).__name__}"
