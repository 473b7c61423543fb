"""What is told of a test file: the figures of one writer for one module."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from measuring import AT_ONCE, Bench
from mutation import score
from subjects import Project
from writers import Written


@dataclass(frozen=True)
class Figures:
    """One writer, one module.

    Attributes:
        usable: all tests pass as they come.
        tests: how many there are.
        percent: coverage, without tests that fail.
        mutation: percent of the sampled mutants that are noticed, without tests that fail.
        failing: tests that fail as they come.
        flickering: tests that fail in one of ten more runs.
        lines: lines of test for a line of module.
        seconds: what the writing took.
        survivors: mutants that are not noticed.
        note: why there is no file, or what was said of it.
    """

    module: str
    writer: str
    usable: bool = False
    tests: int = 0
    percent: float = 0.0
    mutation: float = 0.0
    failing: tuple[str, ...] = ()
    flickering: tuple[str, ...] = ()
    lines: float = 0.0
    seconds: float = 0.0
    survivors: tuple[str, ...] = ()
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def measure(writer: str, project: Project, written: Written, python: Path, folder: Path) -> Figures:
    """Runs what was written, in copies below `folder`, which go again."""
    if written.file is None:
        return Figures(project.module, writer, seconds=written.seconds, note=written.note)
    try:
        return _measure(writer, project, written, python, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(
    writer: str, project: Project, written: Written, python: Path, folder: Path
) -> Figures:
    assert written.file is not None
    bench = Bench.make(python, folder / "runs", project, written.file)
    first = bench.run("first")
    bench.dropped = list(first.failed)
    percent, flickering = 0.0, []
    if first.loads and len(first.tests) > len(first.failed):
        percent = bench.percent()
        flickering = bench.flickering()
    left = set(first.tests) - {*first.failed, *flickering}
    result = None
    if left and first.loads:
        benches = [
            Bench.make(python, folder / f"mutants{index}", project, written.file)
            for index in range(AT_ONCE)
        ]
        for each in benches:
            each.dropped = [*first.failed, *flickering]
        result = score(benches)
    return Figures(
        module=project.module,
        writer=writer,
        usable=first.holds,
        tests=len(first.tests),
        percent=percent,
        mutation=result.percent if result else 0.0,
        failing=first.failed,
        flickering=tuple(flickering),
        lines=_lines(written.file) / _lines(project.file),
        seconds=written.seconds,
        survivors=result.survivors if result else (),
        note=written.note or ("" if first.loads else "cannot be loaded"),
    )


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8", errors="replace").splitlines())
