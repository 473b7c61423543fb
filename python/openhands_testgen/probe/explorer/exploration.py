"""Keeps an exploring worker alive: restarts it without the call that killed it, and gathers its
findings.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from .budget import wall_seconds
from .child import End, Watch, World, run_child
from .journal import interrupted_call, read_calls
from .load import too_slow
from .request import InvalidModuleError, Request
from .scenario import Finding

MAX_RESTARTS = 12
DEATHS_PER_TARGET = 3
ENOUGH_SECONDS = 0.5
"""What is left of a budget when no worker is started again to explore."""


@dataclass
class Exploration:
    """All that the workers found out."""

    findings: list[Finding] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    deaths: dict[str, str] = field(default_factory=dict)
    """Why a target killed its worker, by target."""
    cpu_seconds: float = 0.0


class Explorer:
    """Runs workers one after another until one ends by itself."""

    def __init__(self, request: Request, request_path: str) -> None:
        self._request = request
        self._request_path = request_path
        self._folder = Path(request.scratch) / "work"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._round = 0
        self._killers: Counter[str] = Counter()
        self._fatal: list[str] = []
        self._skip: list[str] = []
        self.result = Exploration()

    def explore(self) -> None:
        """Explore until a worker ends by itself or the budget is spent.

        Raises:
            InvalidModuleError: the module cannot be imported.
        """
        until = monotonic() + wall_seconds(self._request.budget_seconds)
        for _ in range(MAX_RESTARTS + 1):
            left = self._request.budget_seconds - self.result.cpu_seconds
            wall = until - monotonic()
            if min(left, wall) <= ENOUGH_SECONDS and self.result.findings:
                break
            if self._round_ends_by_itself(max(left, 0.5), max(wall, 5.0), self.result.findings):
                return
        # No new calls: only the summary that the workers that died did not write.
        for known in (self.result.findings, []):
            if self._round_ends_by_itself(0.0, 0.0, known):
                return

    def _round_ends_by_itself(self, budget: float, wall: float, known: list[Finding]) -> bool:
        self._round += 1
        journal = self._folder / f"journal-{self._round}"
        end = self._work(journal, budget, wall, known)
        self.result.cpu_seconds += end.cpu_seconds
        if end.finished and self._read_summary():
            return True
        self._learn_from_death(journal, end)
        self._skip += [digest for digest, _ in read_calls(str(journal))]
        return False

    def _work(self, journal: Path, budget: float, wall: float, known: list[Finding]) -> End:
        order = self._folder / f"order-{self._round}.json"
        findings = self._folder / f"findings-{self._round}.jsonl"
        poisoned = [name for name, count in self._killers.items() if count >= DEATHS_PER_TARGET]
        data = {
            "request": self._request_path,
            "journal": str(journal),
            "findings": str(findings),
            "summary": str(self._summary_path()),
            "skip": self._skip,
            "fatal": self._fatal,
            "poisoned": poisoned,
            "known": [finding.to_json() for finding in known],
            "budget_seconds": budget,
            "wall_seconds": wall,
        }
        order.write_text(json.dumps(data), encoding="utf-8")
        request = self._request
        watch = Watch(
            journal,
            first_seconds=request.import_seconds + 3,
            silent_seconds=max(4 * request.call_seconds, request.call_seconds + 2),
            total_seconds=request.import_seconds + wall + 10,
        )
        end = run_child("--worker", order, request, watch, World())
        self._gather(findings)
        return end

    def _summary_path(self) -> Path:
        return self._folder / f"summary-{self._round}.json"

    def _gather(self, path: Path) -> None:
        """Add complete lines of a findings file; of a finding that comes again the last counts."""
        if not path.exists():
            return
        known = {finding.scenario.text: finding for finding in self.result.findings}
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                finding = Finding.from_json(json.loads(line))
            except ValueError:
                continue  # the worker died while writing it
            before = known.get(finding.scenario.text)
            finding.kills |= before.kills if before is not None else frozenset()
            known[finding.scenario.text] = finding
        self.result.findings = list(known.values())

    def _read_summary(self) -> bool:
        try:
            summary = json.loads(self._summary_path().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if summary["invalid"]:
            raise InvalidModuleError(summary["invalid"])
        self.result.summary = summary
        return True

    def _learn_from_death(self, journal: Path, end: End) -> None:
        call = interrupted_call(str(journal))
        if call is None and not read_calls(str(journal)):
            raise InvalidModuleError(self._died_at_import(end))
        if call is None:
            return
        digest, target = call
        self._fatal.append(digest)
        self._killers[target] += 1
        reason = (
            "it does not return" if end.hung else f"it ends the interpreter ({end.description})"
        )
        self.result.deaths[target] = reason

    def _died_at_import(self, end: End) -> str:
        if end.hung:
            return too_slow(self._request)
        verb = "crashes" if end.code < 0 else "ends"
        return (
            f"importing it {verb} the interpreter ({end.description}): make the import work first."
        )
