"""The test of several cases that differ in their arguments: `pytest.mark.parametrize`."""

from __future__ import annotations

from dataclasses import dataclass, field

from .body import put, raises, setup, tidy
from .grouping import Group, expected
from .layout import lay_out
from .naming import Uniquely
from .scenario import Finding
from .traits import case_id


@dataclass
class Table:
    """The lines of a parametrized test, and which case each of its ids stands for."""

    lines: list[str]
    cases: dict[str, Finding] = field(default_factory=dict)


def table(each: Group, name: str, fixture: str = "") -> Table:
    """Write the cases of a group as one function; `fixture` is what makes its object."""
    written = Table([])
    varying = _varying(each)
    columns = [key for key, _ in each.first.scenario.arguments if key in varying]
    tail = _last_column(each)
    ids = Uniquely()
    rows: list[str] = []
    for finding in each.findings:
        texts = [text for key, text in finding.scenario.arguments if key in varying]
        label = ids.name(case_id(texts), "-")
        written.cases[label] = finding
        rows += _row([*texts, *_last_cell(finding, tail)], label)
    names = [*columns, *tail]
    written.lines = [
        "@pytest.mark.parametrize(",
        f"    {_names(names)},",
        "    [",
        *rows,
        "    ],",
        ")",
        f"def {name}({', '.join([*filter(None, [fixture]), *names])}):",
        *_body(each.first, varying, tail, fixture),
    ]
    return written


def _varying(each: Group) -> set[str]:
    columns: dict[str, set[str]] = {}
    for finding in each.findings:
        for name, text in finding.scenario.arguments:
            columns.setdefault(name, set()).add(text)
    return {name for name, texts in columns.items() if len(texts) > 1}


def _last_column(each: Group) -> list[str]:
    if not each.first.error:
        return ["expected"]
    messages = {finding.message for finding in each.findings}
    return ["message"] if each.first.message and len(messages) > 1 else []


def _last_cell(finding: Finding, column: list[str]) -> list[str]:
    if column == ["message"]:
        return [repr(finding.message)]
    return [expected(finding)[1]] if column else []


def _row(texts: list[str], label: str) -> list[str]:
    lines = lay_out(f"pytest.param({', '.join(texts)}, id={label!r})", 8, after=1)
    lines[-1] += ","
    return lines


def _names(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return quoted[0] if len(quoted) == 1 else f"({', '.join(quoted)})"


def _body(first: Finding, varying: set[str], tail: list[str], fixture: str) -> list[str]:
    scenario = first.scenario
    arguments = [key if key in varying else text for key, text in scenario.arguments]
    call = scenario.template.format(*arguments)
    if first.error:
        return setup(first, fixture) + raises(first, call, "re.escape(message)" if tail else "")
    shape = expected(first)[0].replace("{}", "expected")
    return setup(first, fixture) + lay_out(f"assert {tidy(put(shape, call))}", 4)
