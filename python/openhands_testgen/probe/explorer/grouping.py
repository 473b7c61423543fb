"""Which cases share a test function? Those of one target, one shape and one kind of outcome."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from dataclasses import dataclass

from .scenario import Finding

MAX_CASES = 16
VALUES = {
    "Decimal", "Fraction", "date", "datetime", "time", "timedelta", "frozenset", "set", "slice",
    "float", "range", "bytearray", "Path", "PurePosixPath", "UUID",
}  # fmt: skip


@dataclass
class Group:
    """Findings that are written as one test function."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        """The finding that stands for the shape of all."""
        return self.findings[0]


def group(findings: list[Finding]) -> list[Group]:
    """Return groups in the order of their first finding."""
    groups: dict[tuple[str, ...], Group] = {}
    for number, finding in enumerate(findings):
        key = _key(finding) if _is_simple(finding) else (str(number),)
        while key in groups and len(groups[key].findings) >= MAX_CASES:
            key = (*key, "more")
        if key in groups:
            groups[key].findings.append(finding)
        else:
            groups[key] = Group([finding])
    return list(groups.values())


def expected(finding: Finding) -> tuple[str, str]:
    """Split the only check into what surrounds the expected value, and the value."""
    check = finding.checks[0]
    for pattern in (r"(@ == pytest\.approx\()(.*)(\))$", r"((?:list\()?@\)? (?:==|is) )(.*)()$"):
        match = re.match(pattern, check, re.DOTALL)
        if match:
            return f"{match.group(1)}{{}}{match.group(3)}", match.group(2)
    return check, ""


def _key(finding: Finding) -> tuple[str, ...]:
    scenario = finding.scenario
    shape = expected(finding)[0] if not finding.error else "raises"
    return (
        scenario.target, *scenario.setup, scenario.template, shape, finding.error,
        finding.place, "" if not finding.error else str(bool(finding.message)),
    )  # fmt: skip


def _is_simple(finding: Finding) -> bool:
    """Tell whether a finding can be one line of a table."""
    scenario = finding.scenario
    if scenario.statement or not scenario.arguments or "\n" in scenario.template:
        return False
    texts = [text for _, text in scenario.arguments]
    if finding.error and any(_calls_project(text) for text in texts):
        return False
    if not finding.error:
        if len(finding.checks) != 1 or not expected(finding)[1]:
            return False
        texts.append(expected(finding)[1])
    names = {name for name, _ in scenario.arguments}
    if len(names) != len(scenario.arguments) or any(
        not _is_free(name, scenario.template) for name in names
    ):
        return False
    return all(len(text) <= 60 and _is_plain(text) for text in texts)


def _is_free(name: str, template: str) -> bool:
    """Tell whether a parameter may be a variable of the test."""
    if keyword.iskeyword(name) or hasattr(builtins, name) or name in ("expected", "message"):
        return False
    return not re.search(rf"\b{re.escape(name)}\b(?!=)", re.sub(r"\{\d+\}", "", template))


def _is_plain(text: str) -> bool:
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    allowed = (
        ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.USub,
        ast.Load, ast.Attribute, ast.Name, ast.Call, ast.keyword,
    )  # fmt: skip
    if any(word in text for word in ("Mock(", "tmp_path", "iter(", "io.")):
        return False
    return all(isinstance(node, allowed) for node in ast.walk(tree))


def _calls_project(text: str) -> bool:
    """Tell whether a text calls more than constructors of built-in and standard values."""
    return any(
        not (isinstance(node.func, ast.Name) and node.func.id in VALUES)
        for node in ast.walk(ast.parse(text, mode="eval"))
        if isinstance(node, ast.Call)
    )
