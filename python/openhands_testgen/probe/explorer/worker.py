"""The child that imports the module and explores it.

It may die at any call: its findings are in files.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from . import examples
from .assay import Assay
from .budget import Budget
from .builder import Builder
from .captures import Captures
from .domains import Domains, harvested_strings
from .examine import Examiner
from .execute import Executor
from .facts import Facts
from .faults import Nursery
from .finder import TargetFinder
from .guard import Guard
from .hunt import Hunt
from .journal import Journal, digest
from .literal import Literals
from .load import load_module
from .measure import Figures, Layout
from .mutate import Mutator
from .names import Names
from .observe import Observer
from .patience import Sleeps
from .request import Events, InvalidModuleError, Request
from .scenario import Finding
from .search import Avoided, Parts, Search
from .source import read_source
from .targets import Target
from .trace import Arc, Tracer
from .workshop import Workshop

PUBLIC_SHARE, PRIVATE_SHARE = 0.5, 0.6
"""Where the search for coverage ends; what is left of the budget is for faults."""

MAX_HELD = 60


@dataclass(frozen=True)
class Order:
    """What the parent wants of this worker."""

    request: Request
    journal: str
    findings: str
    summary: str
    skip: tuple[str, ...]
    fatal: tuple[str, ...]
    poisoned: tuple[str, ...]
    known: tuple[Finding, ...]
    budget_seconds: float
    wall_seconds: float

    @classmethod
    def read(cls, path: str) -> Order:
        """Read the order file."""
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(
            request=Request.read(data["request"]),
            journal=data["journal"],
            findings=data["findings"],
            summary=data["summary"],
            skip=tuple(data["skip"]),
            fatal=tuple(data["fatal"]),
            poisoned=tuple(data["poisoned"]),
            known=tuple(Finding.from_json(item) for item in data["known"]),
            budget_seconds=data["budget_seconds"],
            wall_seconds=data["wall_seconds"],
        )


def main(path: str) -> int:
    """Do what the order file says; the result is the summary file."""
    order = Order.read(path)
    guard = Guard(order.request.scratch)
    guard.install()
    try:
        summary = explore(order, guard)
    except InvalidModuleError as error:
        summary = {"invalid": str(error)}
    Path(order.summary).write_text(json.dumps(summary), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the project have no say


def explore(order: Order, guard: Guard) -> dict[str, Any]:
    """Import, explore; return what the parent needs besides the findings."""
    request = order.request
    warnings.simplefilter("ignore")
    events = Events(request.events_path)
    events.tell("importing", f"importing {request.module_name}")
    journal = Journal(order.journal)
    journal.alive()
    tracer = Tracer(str(request.module_file))
    sleeps = Sleeps()
    sleeps.install()
    module, imported = load_module(request, tracer, guard)
    session = _Session(order, guard, tracer, sleeps, module, journal)
    search = session.search
    search.reach.covered |= imported
    search.told = lambda figures: _tell(events, figures)
    session.explore(list(order.known), imported)
    return {
        "invalid": None,
        "imported": sorted(imported),
        "faults": session.faults,
        "used": session.budget.used,
        "targets": [
            {
                "name": target.name,
                "kind": target.kind,
                "parameters": [parameter.name for parameter in target.parameters],
            }
            for target in sorted(search.targets, key=session.finder.line)
        ],
        "reasons": {
            name: progress.reasons.most_common(1)[0][0]
            for name, progress in search.progress.items()
            if progress.reasons
        },
    }


def _tell(events: Events, figures: Figures) -> None:
    covered = figures.covered_lines + figures.covered_branches
    total = figures.total_lines + figures.total_branches
    events.tell("exploring", "trying calls", covered, total)


class _Session:
    """All the parts of one exploration, wired together."""

    def __init__(
        self, order: Order, guard: Guard, tracer: Tracer, sleeps: Sleeps, module: ModuleType,
        journal: Journal,
    ) -> None:  # fmt: skip
        request = order.request
        self._module = module
        source = read_source(request.module_file)
        path = str(request.module_file)
        choices = random.Random(request.seed)
        self._names = Names(module)
        facts = Facts.of(source.tree)
        layout = Layout.of(source.tree, source.text)
        self._literals = Literals(self._names, (request.scratch, request.workspace))
        executor = Executor(
            self._names, tracer, guard, facts.raises, path, sleeps, Path(request.scratch),
            request.call_seconds,
        )  # fmt: skip
        executor.refusals = facts.refusals
        strings = harvested_strings(facts, _patterns(module), request.seed)
        numbers = [text for text in facts.constants if text[0] not in "'\"b"]
        workshop = Workshop(self._names, _Watched(executor, journal, set(order.fatal)).evaluate)
        domains = Domains(
            self._names, facts, strings, workshop.of, workshop.learned, workshop.works, request.seed
        )
        mutator = Mutator(choices, strings, numbers)
        captures = Captures(self._literals)
        tracer.entered = captures.note
        builder = Builder(self._names, facts, domains, workshop, mutator, captures, choices)
        workshop.columns = lambda target: [
            domains.of(target, parameter) for parameter in target.parameters if parameter.required
        ]
        workshop.options = lambda target: {
            parameter.name: [
                text for text in domains.of(target, parameter) if text != parameter.default
            ]
            for parameter in target.parameters
            if parameter.is_option
        }
        observer = Observer(self._names, self._literals, str(request.root))
        examiner = Examiner(self._names, executor, observer, self._literals)
        parts = Parts(executor, examiner, builder, workshop, facts, layout, journal, path)
        avoided = Avoided(frozenset(order.skip), frozenset(order.poisoned))
        budget = Budget(order.budget_seconds, order.wall_seconds)
        self.faults = 0
        """How many faults the hunt was for."""
        self._request = request
        self.budget = budget
        self.search = Search(
            parts, avoided, budget, choices, lambda finding: _append(finding, order.findings)
        )
        self.finder = TargetFinder(module, path, self._names)
        nursery = Nursery(module, source.text, path)
        self._hunt = Hunt(
            self.search, Assay(executor, nursery, journal.alive), nursery, budget, choices
        )

    def explore(self, known: list[Finding], imported: frozenset[Arc]) -> None:
        """Search for coverage, with private functions where the public ones do not reach all of
        them, and then for what notices faults.
        """
        search = self.search
        targets = self.finder.find()
        search.targets += self.finder.find(private=True) if known else targets
        search.again(known)
        search.targets.clear()
        self.budget.until(PUBLIC_SHARE)
        search.run(targets, examples.scenarios(self._module, self._names))
        if self._request.coverage_threshold > 0:
            self.budget.until(PRIVATE_SHARE)
            search.run(self._hidden(), [])
        self.budget.until(1.0)
        self.faults = self._hunt.run({end for _, end in imported}, self._request.seed)

    def _hidden(self) -> list[Target]:
        """Return the private functions and methods of which lines are missing."""
        names = {target.name for target in self.search.targets}
        every = self.finder.find(private=True)
        return [
            target
            for target in every
            if target.name not in names and self.search.reach.is_missing_in(target)
        ]


def _append(finding: Finding, path: str) -> None:
    with open(path, "a", encoding="utf-8") as output:
        output.write(json.dumps(finding.to_json()) + "\n")


class _Watched:
    """Evaluates source texts once each, and notes in the journal what it is about to run."""

    def __init__(self, executor: Executor, journal: Journal, fatal: set[str]) -> None:
        self._executor = executor
        self._journal = journal
        self._fatal = fatal
        self._known: dict[str, tuple[bool, Any]] = {}

    def evaluate(self, text: str) -> tuple[bool, Any]:
        """Return whether an expression works, and its value."""
        if text not in self._known:
            self._known[text] = self._evaluate(text)
        return self._known[text]

    def _evaluate(self, text: str) -> tuple[bool, Any]:
        if digest(f"value {text}") in self._fatal:
            return False, None
        self._journal.about_to(f"value {text}", "(an argument)")
        result = self._executor.evaluate(text)
        self._journal.alive()
        return result


def _patterns(module: ModuleType) -> list[tuple[str, int]]:
    """Return the patterns that the module and its classes hold, in collections too."""
    found: list[tuple[str, int]] = []
    own = [value for value in vars(module).values() if isinstance(value, type)]
    spaces: list[Any] = [module, *(kind for kind in own if kind.__module__ == module.__name__)]
    for space in spaces:
        for name, value in list(vars(space).items()):
            held = _held(value) if not name.startswith("__") else []
            found += [
                (each.pattern, each.flags)
                for each in held
                if isinstance(each, re.Pattern) and isinstance(each.pattern, str)
            ]
    return list(dict.fromkeys(found))


def _held(value: object) -> list[object]:
    """Return a value, or what the collection that it is holds."""
    if isinstance(value, dict):
        return [each for pair in list(value.items())[:MAX_HELD] for each in pair]
    if isinstance(value, (list, tuple)):
        rows = [each if isinstance(each, (list, tuple)) else (each,) for each in value[:MAX_HELD]]
        return [each for row in rows for each in row]
    return [value]
