"""Which findings become tests? The fewest that keep the coverage, and a few that tell outcomes
apart.
"""

from __future__ import annotations

import re
from collections import Counter
from heapq import heapify, heappop, heappush

from .measure import Layout
from .scenario import Finding
from .trace import Arc

Items = frozenset[Arc | str]
"""What a finding reaches and which faults it notices."""
EXTRA_OUTCOMES = 2
ODD = re.compile(r"[^\w\s.,:;'\"=()\[\]-]")
"""What makes a text hard to read."""
DOCUMENTED = 3


def select(
    findings: list[Finding], layout: Layout, imported: frozenset[Arc], most: int | None = None
) -> list[Finding]:
    """Return the findings to write, in the order they were found.

    `most` is how many there may be: then those that say most are kept.
    """
    base = layout.items(imported)
    items: dict[int, Items] = {
        id(finding): (layout.items(finding.arcs) - base) | finding.kills for finding in findings
    }
    chosen = _cover(findings, items)
    chosen = _without_redundant(chosen, items)
    chosen += _documented(findings, chosen)
    chosen += _outcomes(findings, chosen)
    chosen = chosen[:most]
    kept = {id(finding) for finding in chosen}
    return [finding for finding in findings if id(finding) in kept]


def cost(finding: Finding) -> float:
    """Return how much there is to read, and how little it says."""
    scenario = finding.scenario
    price = 4.0 + len(scenario.text) / 30 + 2.0 * len(scenario.setup)
    price += sum(len(check) for check in finding.checks) / 60
    price += 0.2 * len(ODD.findall(scenario.text))
    price += 5.0 * finding.weak + 3.0 * (bool(finding.error) and not finding.explicit)
    price += 6.0 * any(part.startswith("_") for part in _private(scenario.target))
    price += 2.0 * ("Mock(" in scenario.text) + 4.0 * (not scenario.text.isascii())
    return price * (0.6 if finding.documented else 1.0)


def _private(target: str) -> list[str]:
    """Return the parts of a name that are neither public nor of the language."""
    return [part for part in target.split(".") if not part.endswith("__")]


def _cover(findings: list[Finding], items: dict[int, Items]) -> list[Finding]:
    """Take what adds most for its price, the first found of equals, until nothing adds."""
    left: set[Arc | str] = set().union(*items.values())
    prices = [cost(finding) for finding in findings]
    # What a finding adds only shrinks: a figure of before is never too small.
    waiting = [(-len(items[id(f)]) / prices[index], index) for index, f in enumerate(findings)]
    heapify(waiting)
    chosen: list[Finding] = []
    while left and waiting:
        _, index = heappop(waiting)
        gain = items[id(findings[index])] & left
        place = (-len(gain) / prices[index], index)
        if gain and waiting and place > waiting[0]:
            heappush(waiting, place)
        elif gain:
            chosen.append(findings[index])
            left -= gain
    return chosen


def _without_redundant(chosen: list[Finding], items: dict[int, Items]) -> list[Finding]:
    counts: Counter[Arc | str] = Counter(item for finding in chosen for item in items[id(finding)])
    dropped: set[int] = set()
    for finding in sorted(chosen, key=cost, reverse=True):
        if items[id(finding)] and all(counts[item] > 1 for item in items[id(finding)]):
            counts.subtract(items[id(finding)])
            dropped.add(id(finding))
    return [finding for finding in chosen if id(finding) not in dropped]


def _documented(findings: list[Finding], chosen: list[Finding]) -> list[Finding]:
    """Add examples of docstrings: they say what the author cares for."""
    taken = {id(finding) for finding in chosen}
    counts: Counter[str] = Counter(f.scenario.target for f in chosen if f.documented)
    added = []
    for finding in findings:
        target = finding.scenario.target
        if not finding.documented or finding.weak or id(finding) in taken:
            continue
        if counts[target] < DOCUMENTED:
            counts[target] += 1
            added.append(finding)
    return added


def _outcomes(findings: list[Finding], chosen: list[Finding]) -> list[Finding]:
    """Add up to two outcomes a target that no chosen test of it shows."""
    seen = {(finding.scenario.target, outcome(finding)) for finding in chosen}
    taken = {id(finding) for finding in chosen}
    counts: Counter[str] = Counter()
    added = []
    for finding in sorted(findings, key=cost):
        key = (finding.scenario.target, outcome(finding))
        if finding.weak or (finding.error and not finding.explicit):
            continue
        if id(finding) in taken or key in seen or counts[finding.scenario.target] >= EXTRA_OUTCOMES:
            continue
        seen.add(key)
        counts[finding.scenario.target] += 1
        added.append(finding)
    return added


def outcome(finding: Finding) -> str:
    """Return what tells the outcome of a finding from others of its target."""
    if finding.error:
        return f"{finding.error} {finding.place}"
    return finding.checks[0] if finding.checks else ""
