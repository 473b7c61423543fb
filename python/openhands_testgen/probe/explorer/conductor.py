"""The parent process: explores, chooses, writes, has the tests rehearsed, and reports.

Runs no project code.
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

from .exploration import Explorer
from .guard import PLAYGROUNDS
from .leftovers import left_out, spoken
from .measure import Layout
from .minimise import select
from .naming import Callee
from .proof import Proof, Prover
from .request import Events, InvalidModuleError, Report, Request, write_atomically
from .scenario import Finding
from .source import read_source
from .trace import Arc
from .writer import Subject, TestFile, write_tests

FREE_DRAFTS = 4
"""So often is a test that fails replaced by another; then only those that held are kept."""
MAX_DRAFTS = 8
LINES_PER_LINE, FEWEST_LINES = 1.18, 60
"""How long a file of tests may be for each line of the module, and for the smallest of them."""
FEW = 8


def main(path: str) -> int:
    """Answer one request."""
    request = Request.read(path)
    try:
        report = Conductor(request, str(Path(path).resolve())).conduct()
    except InvalidModuleError as error:
        report = Report(status="invalid_module", error=str(error))
    report.write(request.report_path)
    return 0


class Conductor:
    """Leads one request from the module to the report."""

    def __init__(self, request: Request, request_path: str) -> None:
        self._request = request
        self._events = Events(request.events_path)
        self._source = read_source(request.module_file)
        self._layout = Layout.of(self._source.tree, self._source.text)
        self._room = max(FEWEST_LINES, int(LINES_PER_LINE * self._source.text.count("\n")))
        _prepare(Path(request.scratch))
        self._explorer = Explorer(request, request_path)
        self._prover = Prover(request, request_path)
        self._refused: set[str] = set()
        self._proven: set[str] = set()
        self._only_proven = False

    def conduct(self) -> Report:
        """Explore and write; return the report.

        Raises:
            InvalidModuleError: the module cannot be imported.
        """
        self._explorer.explore()
        self._refuse_rejected()
        file, proof = self._proven_file()
        if not file.cases:
            return self._nothing(proof)
        self._events.tell("writing", f"writing {file.tests} tests to {self._request.output_path}")
        write_atomically(Path(self._request.workspace) / self._request.output_path, file.text)
        return self._report(file, proof)

    def _imported(self) -> frozenset[Arc]:
        arcs: list[list[int]] = self._explorer.result.summary.get("imported", [])
        return frozenset((start, end) for start, end in arcs)

    # choosing and writing

    def _draft(self, not_covered: tuple[str, ...] = ()) -> TestFile:
        """Write the best file without what was refused."""
        targets: list[dict[str, Any]] = self._explorer.result.summary.get("targets", [])
        subject = Subject(
            self._request.module_name,
            tuple(Callee(t["name"], t["kind"], tuple(t["parameters"])) for t in targets),
            not_covered,
        )
        most: int | None = None
        while True:
            usable = [each for each in self._explorer.result.findings if self._is_usable(each)]
            chosen = select(usable, self._layout, self._imported(), most)
            file = write_tests(chosen, subject)
            self._refused |= {finding.scenario.text for finding in file.unfit}
            if not file.unfit and (file.length <= self._room or len(chosen) < FEW):
                return file
            if not file.unfit:
                wanted = math.ceil(len(chosen) * self._room / file.length)
                most = min(len(chosen) - 1, wanted)

    def _is_usable(self, finding: Finding) -> bool:
        text = finding.scenario.text
        return text not in self._refused and (text in self._proven or not self._only_proven)

    def _refuse_rejected(self) -> None:
        """Leave out the cases that an earlier verification refused, in the order it named them."""
        waiting = [entry["test"] for entry in self._request.rejected]
        while waiting:
            cases = self._draft().cases
            named = {name for name in waiting if _matching(name, cases)}
            if not named:
                return
            for name in named:
                self._refused |= {cases[key].scenario.text for key in _matching(name, cases)}
            waiting = [name for name in waiting if name not in named]

    def _proven_file(self) -> tuple[TestFile, Proof]:
        """Write and rehearse until all tests of the file hold."""
        proof = Proof()
        for number in range(MAX_DRAFTS):
            self._only_proven = number >= FREE_DRAFTS
            self._events.tell("writing", "rehearsing the tests")
            file = self._draft()
            if not file.cases:
                return file, proof
            proof = self._prover.prove(file.text, list(file.cases))
            if not proof.failed:
                return self._draft(self._spoken(proof)), proof
            for name, finding in file.cases.items():
                held = name not in proof.failed
                (self._proven if held else self._refused).add(finding.scenario.text)
        return TestFile(), proof

    def _left_out(self, proof: Proof) -> list[dict[str, str]]:
        return left_out(self._layout, proof.arcs, self._explorer.result)

    def _spoken(self, proof: Proof) -> tuple[str, ...]:
        return spoken(self._left_out(proof))

    # reporting

    def _report(self, file: TestFile, proof: Proof) -> Report:
        figures = self._layout.figures(proof.arcs)
        return Report(
            tests=file.tests,
            cases=len(file.cases),
            covered_lines=figures.covered_lines,
            total_lines=figures.total_lines,
            covered_branches=figures.covered_branches,
            total_branches=figures.total_branches,
            noticed_faults=len(set().union(*(each.kills for each in file.cases.values()))),
            total_faults=self._explorer.result.summary.get("faults", 0),
            left_out=self._left_out(proof),
        )

    def _nothing(self, proof: Proof) -> Report:
        targets = self._explorer.result.summary.get("targets", [])
        reason = "it has no public function or class to test."
        if targets:
            reason = (
                f"no call of its {len(targets)} functions and methods gave a result that a test"
                " can rely on."
            )
        proof.arcs |= self._imported()
        report = self._report(TestFile(), proof)
        report.status, report.error = "nothing_testable", reason
        return report


def _matching(name: str, cases: dict[str, Finding]) -> list[str]:
    """Return the ids that a rejected name means: one case, or all of a function."""
    return [key for key in cases if key == name or key.partition("[")[0] == name]


def _prepare(scratch: Path) -> None:
    """Make the folders that the children live in, empty."""
    for name in ("work", *PLAYGROUNDS):
        shutil.rmtree(scratch / name, ignore_errors=True)
        (scratch / name).mkdir(parents=True)
    (scratch / "elsewhere" / "folder").mkdir()
    for name in ("data.txt", "folder/more.txt"):
        (scratch / "elsewhere" / name).write_text("one\ntwo\n", encoding="utf-8")
