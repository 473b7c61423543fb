"""Writes the test file: docstring, imports, helpers, one function per target and concept."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, field

from .grouping import Group, expected, group
from .helpers import HELPERS
from .layout import WIDTH, double_quotes, fits, lay_out
from .names import snake_case
from .naming import Uniquely, base_name, behaviour, case_id, distinctions
from .scenario import Finding

SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")


@dataclass
class TestFile:
    """A written file, and which finding each test stands for."""

    text: str = ""
    tests: int = 0
    cases: dict[str, Finding] = field(default_factory=dict)
    """Findings by `test_name` or `test_name[id]`."""
    unfit: list[Finding] = field(default_factory=list)
    """Findings that cannot be laid out within the line length."""


@dataclass(frozen=True)
class Subject:
    """What the writer knows of the module under test."""

    module_name: str
    targets: tuple[tuple[str, str], ...]
    """Name and kind of each target, in order."""
    not_covered: tuple[str, ...] = ()


def write_tests(findings: list[Finding], subject: Subject) -> TestFile:
    """Return the file for the chosen findings."""
    return _Writer(subject).write(findings)


class _Writer:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._kinds = dict(subject.targets)
        self._unique = Uniquely()
        self._file = TestFile()
        self._names: dict[str, tuple[str, str | None]] = {}

    def write(self, findings: list[Finding]) -> TestFile:
        order = {name: place for place, (name, _) in enumerate(self._subject.targets)}
        ordered = sorted(
            findings, key=lambda finding: order.get(finding.scenario.target, len(order))
        )
        bodies: list[str] = []
        for each in group(ordered):
            lines = self._function(each)
            if not fits(lines):
                self._file.unfit += each.findings
                continue
            bodies.append("\n".join(lines))
            self._file.tests += 1
        body = "\n\n\n".join(bodies)
        helpers = [text for name, text in HELPERS.items() if re.search(rf"\b{name}\(", body)]
        parts = [self._heading(body), *(text.rstrip() for text in helpers), body]
        self._file.text = double_quotes("\n\n\n".join(part for part in parts if part) + "\n")
        return self._file

    # the head of the file

    def _heading(self, body: str) -> str:
        lines = [f'"""Tests of {self._subject.module_name}.']
        if self._subject.not_covered:
            lines += ["", *_wrapped("Not covered: " + "; ".join(self._subject.not_covered) + ".")]
            lines += ['"""']
        else:
            lines[0] += '"""'
        return "\n".join([*lines, "", *self._imports(body)])

    def _imports(self, body: str) -> list[str]:
        used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
        wanted = {name: origin for name, origin in self._names.items() if name in used}
        if "pytest" in used:
            wanted["pytest"] = ("pytest", None)
        for name in ("re", "asyncio", "math"):
            if name in used and name not in wanted:
                wanted[name] = (name, None)
        if "islice" in used:
            wanted["islice"] = ("itertools", "islice")
        sections: dict[int, list[str]] = {}
        for rank in (0, 1, 2):
            chosen = {name: o for name, o in wanted.items() if self._rank(o[0]) == rank}
            if chosen:
                sections[rank] = _import_lines(chosen)
        lines: list[str] = []
        for rank in sorted(sections):
            lines += [*([""] if lines else []), *sections[rank]]
        return lines

    def _rank(self, module: str) -> int:
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names:
            return 0
        return 2 if top == self._subject.module_name.partition(".")[0] else 1

    # functions

    def _function(self, each: Group) -> list[str]:
        for finding in each.findings:
            self._names.update(finding.names)
        if len(each.findings) > 1:
            return self._table(each)
        finding = each.first
        name = self._unique.name(self._name(finding), otherwise=distinctions(finding))
        self._file.cases[name] = finding
        lines = self._body(finding)
        fixture = "tmp_path" if "tmp_path" in "\n".join(lines) else ""
        return [f"def {name}({fixture}):", *lines]

    def _name(self, finding: Finding, many: bool = False) -> str:
        target = finding.scenario.target
        kind = self._kinds.get(target, "function")
        base = base_name(target, self._kinds, kind) or "documented_example"
        words = self._shared_behaviour(finding) if many else behaviour(finding, kind)
        return "_".join(part for part in ("test", base, words) if part)

    def _shared_behaviour(self, finding: Finding) -> str:
        if finding.error:
            error = snake_case(finding.error.rpartition(".")[2])
            return "rejects_invalid_arguments" if finding.explicit else f"raises_{error}"
        options = re.findall(r"(\w+)=\{\d+\}", finding.scenario.template)
        return f"with_{'_and_'.join(snake_case(name) for name in options[:2])}" if options else ""

    def _body(self, finding: Finding) -> list[str]:
        scenario = finding.scenario
        lines = [line for step in scenario.setup for line in lay_out(step, 4)]
        if finding.error:
            return [*lines, *self._raises(finding, finding.scenario.call)]
        call = _tidy(scenario.call)
        if scenario.statement:
            used = any("entered" in check for check in finding.checks)
            lines += [f"    {line}" for line in call.split("\n")] if used else _indented(call)
            return lines + [
                line for check in finding.checks for line in lay_out(f"assert {check}", 4)
            ]
        return lines + self._checked(finding, call)

    def _checked(self, finding: Finding, call: str) -> list[str]:
        about = [check for check in finding.checks if "@" in check.partition("==")[0]]
        lines: list[str] = []
        if len(about) == 1:
            text = _tidy(_put(about[0], call))
            one = lay_out(f"assert {text}", 4)
            if len(one) == 1 or len(call) < 60:
                lines += one
                about = []
        if about or not [check for check in finding.checks if "@" in check.partition("==")[0]]:
            name = self._result_name(finding) if about else ""
            lines += lay_out(f"{name} = {call}" if name else call, 4)
            for check in about:
                lines += lay_out(f"assert {check.replace('@', name, 1)}", 4)
        rest = [check for check in finding.checks if "@" not in check.partition("==")[0]]
        return lines + [line for check in rest for line in lay_out(f"assert {check}", 4)]

    def _result_name(self, finding: Finding) -> str:
        if self._kinds.get(finding.scenario.target) == "constructor":
            name = snake_case(finding.scenario.target.rpartition(".")[2])
            if name not in finding.names and name.isidentifier():
                return name
        return "result"

    def _raises(self, finding: Finding, call: str) -> list[str]:
        match = _match(finding.message)
        if match.startswith("re."):
            self._names["re"] = ("re", None)
        self._names.setdefault("pytest", ("pytest", None))
        opening = f"with pytest.raises({finding.error}{', match=' + match if match else ''}):"
        head = [f"    {opening}"]
        if len(head[0]) > WIDTH:
            head = ["    with pytest.raises(", f"        {finding.error}, match={match}", "    ):"]
        return [*head, *(f"    {line}".rstrip() for line in self._act(call))]

    def _act(self, call: str) -> list[str]:
        return _indented(call) if "\n" in call else lay_out(call, 4)

    # tables

    def _table(self, each: Group) -> list[str]:
        first = each.first
        varying = self._varying(each)
        columns = [name for name, _ in first.scenario.arguments if name in varying]
        name = self._unique.name(self._name(first, many=True))
        messages = {finding.message for finding in each.findings}
        tail = ["message"] if first.error and first.message and len(messages) > 1 else []
        tail = tail if first.error else ["expected"]
        ids = Uniquely()
        rows: list[str] = []
        for finding in each.findings:
            texts = [text for key, text in finding.scenario.arguments if key in varying]
            label = ids.name(case_id(texts), "-")
            self._file.cases[f"{name}[{label}]"] = finding
            extra = [repr(finding.message)] if tail == ["message"] else []
            extra = [expected(finding)[1]] if tail == ["expected"] else extra
            rows += _row([*texts, *extra], label)
        names = [*columns, *tail]
        head = repr(names[0]) if len(names) == 1 else "(" + ", ".join(repr(n) for n in names) + ")"
        decorator = [
            "@pytest.mark.parametrize(",
            *lay_out(head + ",", 4)[:0],
            f"    {_double(head)},",
            "    [",
        ]
        arguments = {key: key if key in varying else text for key, text in first.scenario.arguments}
        call = first.scenario.template.format(
            *(arguments[key] for key, _ in first.scenario.arguments)
        )
        body = [line for step in first.scenario.setup for line in lay_out(step, 4)]
        if first.error:
            body += self._table_raises(first, call, tail)
        else:
            shape = expected(first)[0].replace("{}", "expected")
            body += lay_out(f"assert {_tidy(_put(shape, call))}", 4)
        return [*decorator, *rows, "    ],", ")", f"def {name}({', '.join(names)}):", *body]

    def _varying(self, each: Group) -> set[str]:
        columns: dict[str, set[str]] = {}
        for finding in each.findings:
            for name, text in finding.scenario.arguments:
                columns.setdefault(name, set()).add(text)
        return {name for name, texts in columns.items() if len(texts) > 1}

    def _table_raises(self, first: Finding, call: str, tail: list[str]) -> list[str]:
        if tail != ["message"]:
            return self._raises(first, call)
        self._names["re"] = ("re", None)
        opening = f"    with pytest.raises({first.error}, match=re.escape(message)):"
        return [opening, *(f"    {line}" for line in lay_out(call, 4))]


def _row(texts: list[str], label: str) -> list[str]:
    lines = lay_out(f"pytest.param({', '.join(texts)}, id={label!r})", 8)
    lines[-1] += ","
    return lines


def _put(check: str, call: str) -> str:
    """Put the call where the check speaks of its value."""
    operand = call
    if not check.startswith(
        ("list(@", "str(@", "dict(@", "sorted(@", "math.isnan(@", "callable(@")
    ):
        try:
            node = ast.parse(call, mode="eval").body
        except SyntaxError:
            return check.replace("@", call, 1)
        if not isinstance(node, (ast.Call, ast.Attribute, ast.Subscript, ast.Name)):
            operand = call if _binds_tighter(node) else f"({call})"
    return check.replace("@", operand, 1)


def _binds_tighter(node: ast.expr) -> bool:
    return isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Constant, ast.List, ast.Dict))


def _tidy(text: str) -> str:
    """Write `list(x)` for `list(iter(x))`."""
    return re.sub(r"^list\(iter\((\w+)\)\)", r"list(\1)", text)


def _indented(call: str) -> list[str]:
    if call.count("entered") == 1:
        call = call.replace(" as entered", "", 1)
    elif call.count("entered") == 3 and call.startswith("async def"):
        call = call.replace(" as entered", "", 1).replace(
            "\n    return entered\nentered = ", "\n\n"
        )
    return [f"    {line}" if line else "" for line in call.split("\n")]


def _match(message: str) -> str:
    if not message:
        return ""
    return (
        f"re.escape({_double(repr(message))})"
        if SPECIAL.search(message)
        else _double(repr(message))
    )


def _double(text: str) -> str:
    return lay_out(text)[0] if "\n" not in text and len(text) < WIDTH else text


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _import_lines(wanted: dict[str, tuple[str, str | None]]) -> list[str]:
    modules = sorted({owner for owner, part in wanted.values() if part is None})
    lines = [f"import {name}" for name in modules]
    parts: dict[str, list[str]] = {}
    for name, (owner, part) in wanted.items():
        if part is not None:
            parts.setdefault(owner, []).append(name)
    for owner in sorted(parts):
        names = sorted(parts[owner], key=_import_order)
        line = f"from {owner} import {', '.join(names)}"
        if len(line) > WIDTH:
            lines += [f"from {owner} import (", *(f"    {name}," for name in names), ")"]
        else:
            lines.append(line)
    return lines


def _import_order(name: str) -> tuple[int, str]:
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name
