"""A finding as the program that a test of it would be: it raises when the test would fail."""

from __future__ import annotations

import types

from .scenario import Finding

VALUE, RAISED = "_value", "_raised"
INDENT = "\n    "
NUMBERS = (int, float, complex)


def program(finding: Finding) -> types.CodeType | None:
    """Compile a finding; None if its texts cannot be put together."""
    scenario = finding.scenario
    lines = list(scenario.setup)
    if finding.error:
        lines += _raising(finding, scenario.call)
    else:
        lines.append(scenario.call if scenario.statement else f"{VALUE} = {scenario.call}")
        lines += [f"assert {check.replace('@', VALUE, 1)}" for check in finding.checks]
    try:
        return compile("\n".join(lines), "<test>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _raising(finding: Finding, call: str) -> list[str]:
    body = call.replace("\n", INDENT)
    return [
        f"try:{INDENT}{body}",
        f"except {finding.error} as {RAISED}:{INDENT}assert {finding.message!r} in str({RAISED})",
        f"else:{INDENT}raise AssertionError",
    ]


class _Approximately:
    """What `pytest.approx` is to numbers, and to lists and dictionaries of them."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return _is_close(self._value, other)

    __hash__ = None  # type: ignore[assignment]


def _is_close(wanted: object, seen: object) -> bool:
    if isinstance(wanted, dict) and isinstance(seen, dict):
        same = wanted.keys() == seen.keys()
        return same and all(_is_close(value, seen[key]) for key, value in wanted.items())
    if isinstance(wanted, (list, tuple)) and isinstance(seen, (list, tuple)):
        return len(wanted) == len(seen) and all(map(_is_close, wanted, seen))
    if isinstance(wanted, NUMBERS) and isinstance(seen, NUMBERS):
        return wanted == seen or abs(wanted - seen) <= max(1e-12, 1e-6 * abs(wanted))
    return wanted == seen


PYTEST = types.SimpleNamespace(approx=_Approximately)
"""As much of pytest as a program needs."""
