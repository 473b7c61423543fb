"""The search: which call next, and what is kept of it.

Guided by the lines that are still missing.
"""

from __future__ import annotations

import dataclasses
import random
import types
from collections.abc import Callable
from dataclasses import dataclass

from .budget import Budget
from .builder import MAX_STEPS, MAX_SUBJECTS, Builder
from .examine import Examiner
from .execute import NEEDS_LOOP, TOO_SLOW, Executor, Run, forget
from .facts import Facts
from .helpers import IN_LOOP
from .journal import Journal, digest
from .measure import Figures, Layout
from .progress import Progress, outcome_kind
from .reach import Reach
from .scenario import Finding, Scenario
from .shrink import shrink
from .targets import Target, function_target
from .trace import Arc
from .workshop import Workshop

MAX_OUTCOMES = 4
MAX_LENGTH = 900
MAX_LIKED = 16
MAX_SLOW = 4
"""So often may a target fail to return before it is left alone."""
PATIENCE = 2500
"""So many attempts in a row may bring nothing new before the search ends."""
FIRST = 3
"""So many plain calls has each target, whatever others that do not return have used up."""
ENOUGH = 24
"""So many may in a sweep over a target whose lines are covered."""
MAX_DERIVED = 2
"""So many functions that a target returned become targets themselves."""
PLAIN = {"builtins", "datetime", "decimal", "collections", "re"}


@dataclass(frozen=True)
class Parts:
    """What a search works with."""

    executor: Executor
    examiner: Examiner
    builder: Builder
    workshop: Workshop
    facts: Facts
    layout: Layout
    journal: Journal
    path: str
    """The file of the module."""


@dataclass(frozen=True)
class Avoided:
    """What earlier workers died of."""

    calls: frozenset[str]
    """Digests of calls that are not made again."""
    targets: frozenset[str]
    """Names of targets that are left alone."""


class Search:
    """Explores the targets of a module until nothing new comes or the budget is spent."""

    def __init__(
        self,
        parts: Parts,
        avoided: Avoided,
        budget: Budget,
        choices: random.Random,
        keep: Callable[[Finding], None],
    ) -> None:
        self._executor = parts.executor
        self._examiner = parts.examiner
        self.builder = parts.builder
        self._workshop = parts.workshop
        self.reach = Reach(parts.layout, parts.facts)
        self._journal = parts.journal
        self._path = parts.path
        self._tried = set(avoided.calls)
        self._probed = set(avoided.calls)
        self._poisoned = avoided.targets
        self._budget = budget
        self._choices = choices
        self.keep = keep
        """Hands a finding over; again, if more is known of it."""
        self.findings: list[Finding] = []
        self.progress: dict[str, Progress] = {}
        self.targets: list[Target] = []
        self.told: Callable[[Figures], None] = lambda figures: None
        self._idle = 0

    def run(self, targets: list[Target], examples: list[Scenario]) -> None:
        """Explore: examples first, then each target plainly, then at random where lines are
        missing.
        """
        self.targets += targets
        self.builder.makers |= {
            target.value_type: target for target in targets if target.value_type is not None
        }
        for scenario in examples:
            self._attempt(scenario, None)
        for target in _in_order(targets):
            self._sweep(target)
        self.builder.refresh()
        for target in _in_order(self.targets):
            if self.reach.is_missing_in(target):
                self._sweep(target)
        self.builder.refresh()
        self._wander()

    def again(self, findings: list[Finding]) -> None:
        """Run findings of an earlier worker again, so that this one starts from what it knew."""
        for finding in findings:
            target = self.target(finding.scenario.target)
            self._attempt(finding.scenario, target, known=True)

    def target(self, name: str) -> Target | None:
        """Return the target of a name."""
        return next((target for target in self.targets if target.name == name), None)

    def _sweep(self, target: Target) -> None:
        """Try a target plainly; what is covered is left once nothing new comes."""
        before = self._idle
        for number, scenario in enumerate(self.builder.star(target)):
            if self._budget.is_over and (number >= FIRST or self._budget.is_past_deadline):
                return
            if self._idle - before > ENOUGH and not self.reach.is_missing_in(target):
                return
            before = min(before, self._idle)
            self._attempt(scenario, target)

    def _wander(self) -> None:
        while not self._budget.is_over and self._idle < PATIENCE and self.targets:
            figures = self.reach.figures()
            if figures.covered_lines == figures.total_lines and self._idle > PATIENCE // 3:
                return
            weights = [self._weight(target) for target in self.targets]
            for target in self._choices.choices(self.targets, weights, k=50):
                scenario = self._next(target)
                if scenario is None or self._budget.is_over:
                    self._idle += 1
                else:
                    self._attempt(scenario, target)
            self.builder.refresh()
            self._journal.alive()

    def _next(self, target: Target) -> Scenario | None:
        good = self.progress.setdefault(target.name, Progress()).good
        if good and self._choices.random() < 0.4:
            known = self._choices.choice(good)
            if self._choices.random() < 0.5:
                return self.builder.vary(target, known)
            return self.builder.mutate(known)
        return self.builder.random(target)

    def _weight(self, target: Target) -> float:
        progress = self.progress.setdefault(target.name, Progress())
        return self.reach.weight(target) / (1 + progress.runs / 400)

    # for the hunt

    def alive(self) -> None:
        """Say that work goes on, although no call is made."""
        self._journal.alive()

    def probe(self, scenario: Scenario, target: Target | None) -> Finding | None:
        """Make a call that the hunt did not make yet; return what a test of it would assert."""
        key = digest(scenario.text)
        if key in self._probed or len(scenario.text) > MAX_LENGTH or self._is_given_up(scenario):
            return None
        self._probed.add(key)
        finding = self._examined(scenario)
        if finding is None or finding.weak:
            return None
        if finding.arcs - self.reach.covered:
            finding = self._shrunk(finding, finding.arcs - self.reach.covered)
            self.take(finding)
        return finding

    def still(self, scenario: Scenario, finding: Finding) -> Finding | None:
        """Return a finding for a plainer scenario, if it ends in the same way."""
        found = self._examined(scenario)
        if found is None or (found.error, found.message) != (finding.error, finding.message):
            return None
        return None if found.weak and not finding.weak else found

    def take(self, finding: Finding) -> None:
        """Keep a finding of the hunt."""
        self.reach.covered |= finding.arcs
        if all(other.scenario.text != finding.scenario.text for other in self.findings):
            self.findings.append(finding)
        self.keep(finding)

    def _examined(self, scenario: Scenario) -> Finding | None:
        self._budget.spend()
        self._journal.about_to(scenario.text, scenario.target)
        run = self._executor.run(scenario)
        found = "" if run.discarded else self._examiner.examine(scenario, run)
        self._journal.alive()
        forget(run)
        return None if isinstance(found, str) else found

    # one call

    def _attempt(self, scenario: Scenario, target: Target | None, known: bool = False) -> None:
        text = scenario.text
        key = digest(text)
        if len(text) > MAX_LENGTH or scenario.target in self._poisoned:
            return
        if self._is_given_up(scenario):
            self._idle += 1
            return
        if key in self._tried and not known:
            self._idle += 1
            return
        self._tried.add(key)
        self._budget.spend()
        progress = self.progress.setdefault(scenario.target, Progress())
        progress.runs += 1
        self._journal.about_to(text, scenario.target)
        run = self._executor.run(scenario)
        self._judge(scenario, target, run, progress)
        self._journal.alive()
        forget(run)

    def _is_given_up(self, scenario: Scenario) -> bool:
        progress = self.progress.setdefault(scenario.target, Progress())
        return scenario.target in self._poisoned or progress.reasons[TOO_SLOW] >= MAX_SLOW

    def _judge(
        self, scenario: Scenario, target: Target | None, run: Run, progress: Progress
    ) -> None:
        if run.discarded:
            progress.reasons[run.discarded] += 1
            self._idle += 1
            if run.discarded == NEEDS_LOOP and not scenario.statement:
                self._attempt(_in_loop(scenario), target)
            return
        if target is None and not run.arcs:
            return  # an example that shows nothing of the module
        new = run.arcs - self.reach.covered
        kind = outcome_kind(run)
        fresh = not progress.outcomes[kind] and len(progress.outcomes) < MAX_OUTCOMES
        self._like(scenario, bool(new) or fresh)
        if target is not None:
            self._follow(scenario, target, run, progress)
        if not new and not fresh:
            self._idle += 1
            return
        finding = self._examiner.examine(scenario, run)
        if isinstance(finding, str):
            progress.reasons[finding] += 1
            self._idle += 1
            return
        gained = finding.arcs - self.reach.covered
        if not gained and not fresh:
            self._idle += 1
            return
        if target is not None:
            finding = self._shrunk(finding, gained)
        self._accept(finding, target, progress, kind, bool(gained))

    def _shrunk(self, finding: Finding, gained: frozenset[Arc]) -> Finding:
        return shrink(finding, lambda plainer: self._still(plainer, finding, gained))

    def _still(
        self, scenario: Scenario, finding: Finding, gained: frozenset[Arc]
    ) -> Finding | None:
        """Return a finding for a plainer scenario, if it reaches the same lines with the same
        outcome.
        """
        self._budget.spend()
        self._journal.about_to(scenario.text, scenario.target)
        run = self._executor.run(scenario)
        found = self._examiner.examine(scenario, run) if gained <= run.arcs else ""
        self._journal.alive()
        if isinstance(found, str):
            return None
        if (found.error, found.message) != (finding.error, finding.message):
            return None
        return found if gained or found.checks == finding.checks else None

    def _accept(
        self, finding: Finding, target: Target | None, progress: Progress, kind: str, gained: bool
    ) -> None:
        progress.outcomes[kind] += 1
        progress.kept += 1
        progress.good.append(finding.scenario)
        finding.documented = target is None
        self.reach.covered |= finding.arcs
        self._idle = 0 if gained else self._idle + 1
        self.findings.append(finding)
        self.keep(finding)
        self.told(self.reach.figures())
        self._remember_steps(finding, target)

    def _remember_steps(self, finding: Finding, target: Target | None) -> None:
        """Let later calls start after this one, if it may have changed its object."""
        scenario = finding.scenario
        if target is None or target.owner is None or finding.error or "entered" in scenario.call:
            return
        if target.kind == "property" and not scenario.statement:
            return
        methods = self.builder.methods.setdefault(target.owner, [])
        if _may_change(target) and target not in methods:
            methods.append(target)
        prefixes = self.builder.prefixes.setdefault(target.owner, [])
        steps = (*scenario.setup, scenario.call)
        if len(steps) <= MAX_STEPS and len(prefixes) < MAX_SUBJECTS:
            prefixes.append(steps)

    def _like(self, scenario: Scenario, much: bool) -> None:
        for name, text in scenario.arguments:
            texts = self.builder.liked.setdefault((scenario.target, name), [])
            if text not in texts and (much or len(texts) < 4):
                texts.append(text)
                del texts[:-MAX_LIKED]

    def _follow(self, scenario: Scenario, target: Target, run: Run, progress: Progress) -> None:
        """Learn how to make the object that came back, or to call the function that did."""
        value = run.value
        if scenario.setup or run.error is not None or scenario.statement or value is None:
            return
        if isinstance(value, types.FunctionType):
            self._follow_function(scenario, value, progress)
        elif type(value).__module__ not in PLAIN and scenario.template.startswith(target.head):
            self._workshop.learn(value, scenario.call)

    def _follow_function(
        self, scenario: Scenario, value: types.FunctionType, progress: Progress
    ) -> None:
        is_ours = value.__code__.co_filename == self._path
        if is_ours and progress.derived < MAX_DERIVED and scenario.call.count("(") < 4:
            progress.derived += 1
            facts_name = value.__qualname__.partition(".<locals>")[0]
            self.targets.append(function_target(scenario.call, facts_name, value))


def _in_order(targets: list[Target]) -> list[Target]:
    order = {"constructor": 0, "member": 0, "function": 1}
    return sorted(targets, key=lambda target: order.get(target.kind, 2))


def _in_loop(scenario: Scenario) -> Scenario:
    """Return the same call, made while an event loop runs."""
    template = f"asyncio.run({IN_LOOP}(lambda: {scenario.template}))"
    return dataclasses.replace(scenario, template=template)


def _may_change(target: Target) -> bool:
    """Tell whether a call may be a step that changes an object."""
    method = target.kind == "method" and target.wrapper == "@"
    return method or (target.statement and "entered" not in target.head)
