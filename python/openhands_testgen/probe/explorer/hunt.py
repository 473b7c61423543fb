"""The hunt for faults that no finding notices yet: each is a goal, as missing lines are before."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence

from .assay import Assay, Trial
from .budget import Budget
from .faults import Fault, Nursery
from .minimise import cost
from .scenario import Finding, Scenario
from .search import Search
from .shrink import plainer
from .targets import Target

MAX_WITNESSES = 40
"""So many findings are tried on a fault in a function; of those that reach it, the plainest."""
MAX_AT_IMPORT = 150
BATCH = 80
TRIES = 240
"""So many calls are made for a batch of findings."""
FUTILE_ROUNDS = 30
"""So many batches in a row may notice nothing before the hunt ends."""
PLAIN, VARIED = 0.4, 0.5
"""How often a plain call is made, as long as there are any, or else a known one is varied."""
SHRINKING, SHRINKING_LONG = 5, 10
LONG = 70
MAX_PLAINER = 10
RUN_COST = 0.06
"""What running a test in a child costs, in executions of the search."""


class Hunt:
    """Looks for findings that notice faults, and keeps the plainest."""

    def __init__(
        self, search: Search, assay: Assay, nursery: Nursery, budget: Budget, choices: random.Random
    ) -> None:
        self._search = search
        self._assay = assay
        self._nursery = nursery
        self._budget = budget
        self._choices = choices
        self._kills: dict[str, set[str]] = {}
        """The faults that a finding notices, by the text of its scenario."""
        self._sound: set[str] = set()
        """Scenarios that hold in a module that was run anew."""
        self._sweep = self._words()
        self._targets: dict[str, list[Target]] = {}
        """The targets that may reach a function, by its name."""
        self._stars: dict[str, Iterator[Scenario]] = {}
        self._reaching: dict[int, list[tuple[Scenario, Target | None]]] = {}

    def run(self, imported: set[int], seed: int) -> int:
        """Hunt until nothing more is found or the budget is spent; return the number of faults."""
        # Another sample than a judge with the same seed would take.
        faults = self._nursery.faults(imported, seed + 1)
        known = self._search.findings
        self._search.alive()
        if not faults or not known:
            return len(faults)
        sound = self._assay.sound(known)
        self._sound = {each.scenario.text for each in self._assay.sound(known, again=True)}
        for finding in sound:
            self._learn(finding)
        self._try(faults, sound)
        self._tell_kills(known)
        self._chase([fault for fault in faults if not self._is_noticed(fault)])
        return len(faults)

    def _is_noticed(self, fault: Fault) -> bool:
        return any(fault.id in noticed for noticed in self._kills.values())

    def _learn(self, finding: Finding) -> None:
        target = self._search.target(finding.scenario.target)
        for line in self._search.reach.lines(finding):
            self._reaching.setdefault(line, []).append((finding.scenario, target))

    def _try(self, faults: Sequence[Fault], findings: Sequence[Finding]) -> set[str]:
        """Try findings on faults; remember what notices which, and return the faults noticed."""
        findings = sorted(findings, key=cost)
        self._search.alive()
        trials: list[Trial] = [(fault, self._witnesses(fault, findings)) for fault in faults]
        self._search.alive()
        trials = [trial for trial in trials if trial[1]]
        gained = set()
        for (fault, _), noticed in zip(trials, self._assay.noticed(trials), strict=True):
            for finding in noticed:
                self._kills.setdefault(finding.scenario.text, set()).add(fault.id)
                gained.add(fault.id)
        self._budget.spend(RUN_COST * sum(len(witnesses) for _, witnesses in trials))
        self._budget.spend_elsewhere(self._assay.take_cpu_seconds())
        return gained

    def _witnesses(self, fault: Fault, findings: Sequence[Finding]) -> list[Finding]:
        """Return the first of the findings that may notice a fault."""
        if fault.at_import:
            sound = (each for each in findings if each.scenario.text in self._sound)
            return list(itertools.islice(sound, MAX_AT_IMPORT))
        line = self._search.reach.line(fault.line)
        reaching = (each for each in findings if line in self._search.reach.lines(each))
        return list(itertools.islice(reaching, MAX_WITNESSES))

    def _tell_kills(self, findings: Iterable[Finding]) -> None:
        """Hand findings over with what they notice."""
        for finding in findings:
            noticed = frozenset(self._kills.get(finding.scenario.text, ()))
            if noticed != finding.kills:
                finding.kills = noticed
                self._search.keep(finding)

    # the faults that are left

    def _chase(self, survivors: list[Fault]) -> None:
        futile = 0
        while survivors and futile < FUTILE_ROUNDS and not self._budget.is_over:
            batch = self._batch(survivors)
            gained = self._try(survivors, batch)
            futile = 0 if gained else futile + 1
            for finding in self._fewest(batch, gained):
                self._take(finding, [fault for fault in survivors if fault.id in gained])
            survivors = [fault for fault in survivors if fault.id not in gained]

    def _batch(self, survivors: list[Fault]) -> list[Finding]:
        """Make calls that reach the lines of the faults; return what came of them."""
        batch: list[Finding] = []
        wanted = {self._search.reach.line(fault.line) for fault in survivors if not fault.at_import}
        anywhere = any(fault.at_import for fault in survivors)
        for _ in range(TRIES):
            if len(batch) >= BATCH or self._budget.is_over:
                break
            fault = self._choices.choice(survivors)
            scenario, target = self._next(fault)
            if scenario is None:
                continue
            finding = self._search.probe(scenario, target)
            if finding is not None and (anywhere or wanted & self._search.reach.lines(finding)):
                batch.append(finding)
                self._learn(finding)
        if anywhere:
            sound = self._assay.sound(batch, again=True)
            self._sound |= {finding.scenario.text for finding in sound}
        return self._assay.sound(batch)

    def _next(self, fault: Fault) -> tuple[Scenario | None, Target | None]:
        """Return a call that may reach the line of a fault."""
        reaching = self._reaching.get(self._search.reach.line(fault.line), [])
        if fault.at_import and self._choices.random() < 0.7:
            return next(self._sweep, (None, None))
        if fault.at_import or not reaching:
            functions = self._near(fault)
            if not functions:
                return None, None
            target: Target | None = self._choices.choice(functions)
        else:
            scenario, target = self._choices.choice(reaching[-MAX_WITNESSES:])
            if target is not None and self._choices.random() < PLAIN:
                plain = next(self._plain(target), None)
                if plain is not None:
                    return plain, target
            if target is not None and self._choices.random() < VARIED:
                return self._search.builder.vary(target, scenario), target
            if target is None or self._choices.random() < 0.5:
                return self._search.builder.mutate(scenario), target
        return (None, None) if target is None else (self._search.builder.random(target), target)

    def _near(self, fault: Fault) -> list[Target]:
        """Return the targets that may reach a fault, as far as the code tells."""
        name = fault.mutant.function
        if fault.at_import or not name:
            return self._search.targets
        if name not in self._targets:
            found = [
                each for each in self._search.targets if self._search.reach.can_lead(each, name)
            ]
            self._targets[name] = found or self._search.targets
        return self._targets[name]

    def _plain(self, target: Target) -> Iterator[Scenario]:
        """Return the plain calls of a target; each is given once."""
        if target.name not in self._stars:
            self._stars[target.name] = self._search.builder.star(target)
        return self._stars[target.name]

    def _words(self) -> Iterator[tuple[Scenario | None, Target | None]]:
        """Yield calls of each function with each word of the module: what runs while a module is
        imported mostly fills tables, which words are looked up in.
        """
        builder = self._search.builder
        words = [ast.literal_eval(word) for word in builder.words]
        words.sort(key=lambda word: not word.isalpha())
        for form in dict.fromkeys([*words, *(word.capitalize() for word in words)]):
            for target in self._search.targets:
                scenario = builder.with_word(target, repr(form))
                if scenario is not None:
                    yield scenario, target

    def _fewest(self, batch: list[Finding], gained: set[str]) -> list[Finding]:
        """Return few plain findings that together notice all that was gained."""
        left, chosen = set(gained), []
        while left:
            best = max(batch, key=lambda each: len(self._killed(each) & left) / cost(each))
            if not self._killed(best) & left:
                break
            left -= self._killed(best)
            chosen.append(best)
        return chosen

    def _killed(self, finding: Finding) -> set[str]:
        return self._kills.get(finding.scenario.text, set())

    def _take(self, finding: Finding, faults: list[Fault]) -> None:
        """Keep the plainest finding that notices the same faults."""
        killed = self._killed(finding)
        wanted = [fault for fault in faults if fault.id in killed]
        for _ in range(SHRINKING if len(finding.scenario.text) < LONG else SHRINKING_LONG):
            better = self._plainer(finding, wanted)
            if better is None:
                break
            finding = better
        self._kills.setdefault(finding.scenario.text, set()).update(each.id for each in wanted)
        finding.kills = frozenset(self._killed(finding))
        self._search.take(finding)

    def _plainer(self, finding: Finding, faults: list[Fault]) -> Finding | None:
        """Return the plainest of the next plainer findings that notices all the faults."""
        found: list[Finding] = []
        for scenario in list(plainer(finding.scenario))[:MAX_PLAINER]:
            other = self._search.still(scenario, finding)
            if other is not None and cost(other) < cost(finding):
                found.append(other)
        found = self._assay.sound(found) if found else []
        noticed = self._assay.noticed([(fault, found) for fault in faults]) if found else []
        for findings in noticed:
            kept = {id(each) for each in findings}
            found = [each for each in found if id(each) in kept]
        self._budget.spend(RUN_COST * len(found) * len(faults))
        return min(found, key=cost) if found else None
