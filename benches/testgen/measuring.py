"""Do the tests hold, and what do they reach? Measured by running them, whoever wrote them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import fence
from subjects import Project, copy_project

RUNS, AT_ONCE = 10, 2
LONGEST = 300.0
#: Without a data base of zones; east and west, with and without summer time, half hours.
ZONES = ("UTC0", "EST5EDT", "IST-5:30", "NZST-12NZDT", "HST10")
OPTIONS = ["-q", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "bench_recorder"]


@dataclass(frozen=True)
class Run:
    """One run of the tests."""

    tests: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    loads: bool = False

    @property
    def holds(self) -> bool:
        """Something ran, and nothing failed."""
        return self.loads and not self.failed and len(self.tests) > len(self.skipped)


@dataclass
class Bench:
    """A copy of the project with the tests, in a folder that they may write to."""

    python: Path
    folder: Path
    project: Project
    tests: Path
    dropped: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, python: Path, folder: Path, project: Project, tests: Path) -> Bench:
        """With fresh copies of all."""
        folder.mkdir(parents=True)
        copied = copy_project(project, folder / "project", tests)
        return cls(python, folder, copied, copied.root / "tests" / tests.name)

    def run(self, name: str, *before: object, order: int | None = None, **environment: str) -> Run:
        """Runs pytest once; `before` stands between the interpreter and `-m pytest`."""
        config, record = self.folder / f"{name}.config", self.folder / f"{name}.record"
        config.write_text(json.dumps({"drop": self.dropped, "order": order, "record": str(record)}))
        command = [self.python, *before, "-m", "pytest", *OPTIONS]
        command += [f"--basetemp={self.folder / name}", self.tests]
        environment["BENCH_CONFIG"] = str(config)
        fence.run(self.folder, self.project.root, command, LONGEST, **environment)
        if not record.exists():
            return Run()
        seen = json.loads(record.read_text())
        lists = (tuple(seen[key]) for key in ("tests", "failed", "skipped"))
        return Run(*lists, loads=not seen["uncollected"])

    def percent(self) -> float:
        """Line and branch coverage of the module by these tests alone."""
        data, report = self.folder / "coverage.data", self.folder / "coverage.json"
        options = ["--rcfile=/dev/null", f"--data-file={data}"]
        measured = ["-m", "coverage", "run", "--branch", f"--include={self.project.file}", *options]
        self.run("measured", *measured)
        command = [self.python, "-m", "coverage", "json", *options, "-o", report]
        fence.run(self.folder, self.project.root, command, LONGEST)
        if not report.exists():
            return 0.0
        return float(json.loads(report.read_text())["totals"]["percent_covered"])

    def flickering(self) -> list[str]:
        """What fails in any of ten runs: shuffled, with other hash seeds and time zones."""

        def one(index: int) -> Run:
            zone = ZONES[index % len(ZONES)]
            seed = str(index * 7919 + 1)
            return self.run(f"run{index}", order=index, TZ=zone, PYTHONHASHSEED=seed)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            runs = list(pool.map(one, range(RUNS)))
        if not all(run.loads for run in runs):
            return sorted({test for run in runs for test in run.tests}) or ["the whole file"]
        return sorted({test for run in runs for test in run.failed})
