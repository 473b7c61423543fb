"""Writes the test file: heading, helpers, one function per target and concept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .body import body
from .fixtures import fixture, made_by, shared
from .grouping import Group, group
from .heading import Origin, heading
from .helpers import HELPERS
from .layout import double_quotes, fits, plain_numbers
from .naming import Callee, Uniquely, base_name, behaviour, distinctions, shared_behaviour
from .scenario import Finding
from .table import table


@dataclass
class TestFile:
    """A written file, and which finding each test stands for."""

    text: str = ""
    tests: int = 0
    cases: dict[str, Finding] = field(default_factory=dict)
    """Findings by `test_name` or `test_name[id]`."""
    unfit: list[Finding] = field(default_factory=list)
    """Findings that cannot be laid out within the line length."""

    @property
    def length(self) -> int:
        """How many lines it has, besides its docstring."""
        return self.text.split('"""', 2)[-1].count("\n")


@dataclass(frozen=True)
class Subject:
    """What the writer knows of the module under test."""

    module_name: str
    targets: tuple[Callee, ...]
    """In the order of the module."""
    not_covered: tuple[str, ...] = ()


def write_tests(findings: list[Finding], subject: Subject) -> TestFile:
    """Return the file for the chosen findings."""
    return _Writer(subject).write(findings)


class _Writer:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._targets = {callee.name: callee for callee in subject.targets}
        self._unique = Uniquely()
        self._file = TestFile()
        self._functions: list[str] = []
        self._fixtures: dict[str, str] = {}
        self._used: list[str] = []
        """The steps that fixtures stand for, in the order of their first use."""
        self._names: dict[str, Origin] = {}

    def write(self, findings: list[Finding]) -> TestFile:
        groups = group(self._in_order(findings))
        self._fixtures = shared(groups)
        for each in groups:
            self._add(each)
        body = "\n\n\n".join([*map(fixture, self._used), *self._functions])
        helpers = [text.rstrip() for name, text in HELPERS.items() if _calls(name, body)]
        head = heading(self._subject.module_name, self._subject.not_covered, body, self._names)
        self._file.text = plain_numbers(
            double_quotes("\n\n\n".join([head, *helpers, body]).rstrip() + "\n")
        )
        return self._file

    def _in_order(self, findings: list[Finding]) -> list[Finding]:
        """Sort by the place of what is tested in the module."""
        order = {name: place for place, name in enumerate(self._targets)}
        return sorted(findings, key=lambda finding: order.get(finding.scenario.target, len(order)))

    def _add(self, each: Group) -> None:
        """Add a group as a table; its cases as functions where that has too long lines."""
        if len(each.findings) > 1:
            name = self._name(each.first, shared_behaviour(each.first))
            made = self._fixture(each.first)
            written = table(each, name, made)
            cases = {f"{name}[{label}]": case for label, case in written.cases.items()}
            if self._accept(written.lines, cases):
                self._use(each.first)
                return
            self._unique.give_back(name)
        for finding in each.findings:
            self._add_single(finding)

    def _add_single(self, finding: Finding) -> None:
        callee = self._callee(finding)
        name = self._name(finding, behaviour(finding, callee), distinctions(finding))
        made = self._fixture(finding)
        lines = body(finding, callee.kind, made)
        folder = "tmp_path" if any("tmp_path" in line for line in lines) else ""
        needs = ", ".join(filter(None, [made, folder]))
        if self._accept([f"def {name}({needs}):", *lines], {name: finding}):
            self._use(finding)
            return
        self._unique.give_back(name)
        self._file.unfit.append(finding)

    def _fixture(self, finding: Finding) -> str:
        """Return the fixture that makes the object of a test; empty if the test does it itself."""
        return self._fixtures.get(made_by(finding), "")

    def _use(self, finding: Finding) -> None:
        step = made_by(finding)
        if step in self._fixtures and step not in self._used:
            self._used.append(step)

    def _accept(self, lines: list[str], cases: dict[str, Finding]) -> bool:
        if not fits(lines):
            return False
        self._functions.append("\n".join(lines))
        self._file.tests += 1
        self._file.cases.update(cases)
        for finding in cases.values():
            self._names.update(finding.names)
        return True

    def _name(self, finding: Finding, words: str, otherwise: list[str] | None = None) -> str:
        base = base_name(self._callee(finding), self._targets) or "documented_example"
        wanted = "_".join(part for part in ("test", base, words) if part)
        return self._unique.name(wanted, otherwise=otherwise or ())

    def _callee(self, finding: Finding) -> Callee:
        target = finding.scenario.target
        return self._targets.get(target, Callee(target))


def _calls(name: str, body: str) -> bool:
    return re.search(rf"\b{name}\(", body) is not None
