"""How good are the tests of the embedded agent? Twelve real modules, Pynguin beside it.

    python benches/testgen [--only MODULE]... [--no-pynguin] [--keep DIR]

Each module is tested by the command `openhands-testgen generate` with its defaults. What comes out
is run by this program: line and branch coverage of the module by these tests alone, mutants noticed
(60 sampled, seed 0), ten more runs in other orders, hash seeds and time zones. Pynguin searches for
60 seconds a module, and its failing tests are dropped before the rest is measured.

Needs bubblewrap, and a network the first time, for `.venv-bench`. All twelve take most of an hour.
Prints a table, and which goals are met; a missed goal is no error.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import fence
import table
from environments import NoInterpreterError, modules_python, pynguin_python, site_packages
from figures import Figures, measure
from subjects import MODULES, make_project
from writers import Written, write_ours, write_pynguin


@dataclass(frozen=True)
class Interpreters:
    """Where the tests run, and Pynguin's own, if it takes part."""

    modules: Path
    pynguin: Path | None


def parse(arguments: list[str]) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(
        prog="benches/testgen", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--only", action="append", choices=MODULES, metavar="MODULE", help="may be repeated"
    )
    parser.add_argument("--no-pynguin", action="store_true", help="the embedded agent alone")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keeps the test files and all figures"
    )
    return parser.parse_args(arguments)


def interpreters(with_pynguin: bool) -> Interpreters:
    """Makes the environments; Pynguin is left out, and that said, when nothing fits it."""
    pynguin = None
    if with_pynguin:
        try:
            pynguin = pynguin_python()
        except NoInterpreterError as error:
            print(f"without Pynguin: {error}", file=sys.stderr)
    return Interpreters(modules_python(), pynguin)


def bench(module: str, pythons: Interpreters, folder: Path, keep: Path | None) -> list[Figures]:
    """All writers on one module."""
    packages = site_packages(pythons.modules)
    answers = []
    for writer in ["local", "pynguin"] if pythons.pynguin else ["local"]:
        print(f"{module}: {writer} writes", file=sys.stderr)
        place = folder / module / writer
        project = make_project(module, packages, place / "project")
        if writer == "local" or pythons.pynguin is None:
            written = write_ours(project, pythons.modules)
        else:
            written = write_pynguin(project, pythons.pynguin, place)
        print(f"{module}: measuring", file=sys.stderr)
        figures = measure(writer, project, written, pythons.modules, place / "measured")
        keep_files(keep, written, figures)
        answers.append(figures)
    return answers


def keep_files(keep: Path | None, written: Written, figures: Figures) -> None:
    """Copies the test file, and its figures with all that failed and survived."""
    if keep is None:
        return
    place = keep / figures.module / figures.writer
    place.mkdir(parents=True, exist_ok=True)
    (place / "figures.json").write_text(json.dumps(figures.as_dict(), indent=2))
    if written.file is not None:
        shutil.copy(written.file, place)


def main(arguments: list[str]) -> int:
    """Prints the table."""
    asked = parse(arguments)
    reason = fence.missing()
    if reason is not None:
        print(f"benches/testgen: {reason}", file=sys.stderr)
        return 1
    pythons = interpreters(not asked.no_pynguin)
    names = ["local", *(["Pynguin, 60 s, failing tests dropped"] if pythons.pynguin else [])]
    print(table.head(names), flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="openhands-testgen-bench-") as folder:
        for module in asked.only or MODULES:
            rows.append(bench(module, pythons, Path(folder), asked.keep))
            print(table.row(rows[-1]), flush=True)
    print(table.summary([list(column) for column in zip(*rows, strict=True)]))
    print("\ngoals of the embedded agent")
    print(*table.goals([figures[0] for figures in rows]), sep="\n")
    notes = [each for figures in rows for each in figures if each.note]
    print(*(f"  {each.module}, {each.writer}: {each.note}" for each in notes), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
