"""Which findings notice which faults? Faults are planted in children of the exploring process.

A child is a copy: what a fault breaks, and whatever a changed loop does, ends with it. Several
faults share a child, one after another, since making one costs more than running a test; if its
module is not as before when all are taken out again, each is tried in a child of its own.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from types import CodeType

from .execute import Executor
from .faults import Fault, Nursery, Planted
from .patience import CallTimeout
from .replay import program
from .scenario import Finding

Trial = tuple[Fault, Sequence[Finding]]
"""A fault, and the findings that are tried on it."""
GROUP = 24
SILENT_SECONDS, MAX_SILENT = 0.5, 6
CPU_SECONDS = 0.2
"""How long one test may compute under a fault; longer, and it counts as noticed."""
MAX_LATE = 2
"""After so many tests of a fault that took too long, the others are not tried."""
HELD, FAILED = b"h", b"f"


class Assay:
    """Runs findings against faults."""

    def __init__(self, executor: Executor, nursery: Nursery, alive: Callable[[], None]) -> None:
        self._alive = alive
        self._executor = executor
        self._nursery = nursery
        self._codes: dict[str, CodeType | None] = {}
        self._cpu_seconds = 0.0

    def take_cpu_seconds(self) -> float:
        """Return what the children used since the last call."""
        seconds, self._cpu_seconds = self._cpu_seconds, 0.0
        return seconds

    def sound(self, findings: Sequence[Finding], again: bool = False) -> list[Finding]:
        """Return the findings that hold without a fault; with `again`, in a module run anew."""
        answers = self._ask([(None, findings)], [], again)
        return _answered(findings, answers, HELD)

    def noticed(self, trials: Sequence[Trial]) -> list[list[Finding]]:
        """Return for each fault the findings that fail under it."""
        found: list[list[Finding]] = []
        while len(found) < len(trials):
            found += self._noticed_by_group(trials[len(found) :][:GROUP])
        return found

    def _noticed_by_group(self, group: Sequence[Trial]) -> list[list[Finding]]:
        """Return the findings for at least the first of a group of faults."""
        every = {id(each): each for _, findings in group for each in findings}
        after = list(every.values()) if len(group) > 1 else []
        answers = self._ask(group, after)
        total = sum(len(findings) for _, findings in group)
        if FAILED in answers[total:]:
            return [each for trial in group for each in self._noticed_by_group([trial])]
        found = []
        for _, findings in group:
            found.append(_answered(findings, answers, FAILED))
            if len(answers) < len(findings):
                break  # the child ended here; the other faults need a new one
            answers = answers[len(findings) :]
        return found

    def _ask(
        self, group: Sequence[tuple[Fault | None, Sequence[Finding]]], after: list[Finding],
        again: bool = False,
    ) -> bytes:  # fmt: skip
        """Return one letter for each finding of each fault, and for those tried afterwards."""
        for findings in [*(findings for _, findings in group), after]:
            for finding in findings:
                self._code(finding)
        reading, writing = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            gc.disable()  # it would touch, and so copy, all that the parent has
            try:
                os.close(reading)
                for fault, findings in group:
                    self._try(fault, findings, again, writing)
                self._try(None, after, again, writing)
            finally:
                os._exit(0)
        os.close(writing)
        answers = self._listen(reading, child)
        os.close(reading)
        return answers

    def _code(self, finding: Finding) -> CodeType | None:
        key = f"{finding.scenario.text}\n{finding.checks}{finding.error}{finding.message}"
        if key not in self._codes:
            self._codes[key] = program(finding)
        return self._codes[key]

    def _listen(self, reading: int, child: int) -> bytes:
        """Gather the answers; the test at which a child falls silent or dies has noticed the
        fault.
        """
        answers, silent = b"", 0
        while silent < MAX_SILENT:
            self._alive()
            ready, _, _ = select.select([reading], [], [], SILENT_SECONDS)
            news = os.read(reading, 4096) if ready else b""
            if ready and not news:
                break
            answers += news
            silent = 0 if ready else silent + 1
        if silent:
            os.kill(child, signal.SIGKILL)
        _, status, usage = os.wait4(child, 0)
        self._cpu_seconds += usage.ru_utime + usage.ru_stime
        return answers + FAILED if silent or os.WIFSIGNALED(status) else answers

    # in the child

    def _try(
        self, fault: Fault | None, findings: Sequence[Finding], again: bool, writing: int
    ) -> None:
        planted = self._executor.in_child(lambda: self._plant(fault, again), 4 * CPU_SECONDS)
        if isinstance(planted, BaseException):  # it cannot be imported: every test notices
            os.write(writing, FAILED * len(findings))
            return
        late = 0
        for finding in findings:
            code = self._code(finding)
            if planted is None or code is None or late == MAX_LATE:
                os.write(writing, HELD if fault is not None else FAILED)
                continue
            text = finding.scenario.text
            failure = self._executor.failure(code, text, planted.space, CPU_SECONDS)
            late += isinstance(failure, CallTimeout)
            os.write(writing, HELD if failure is None else FAILED)
        if planted is not None:
            planted.remove()

    def _plant(self, fault: Fault | None, again: bool) -> Planted | None:
        if fault is not None:
            return self._nursery.plant(fault)
        return self._nursery.run_again() if again else Planted({}, lambda: None)


def _answered(findings: Sequence[Finding], answers: bytes, wanted: bytes) -> list[Finding]:
    return [one for one, answer in zip(findings, answers, strict=False) if answer == wanted[0]]
