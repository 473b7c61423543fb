"""Runs the explorer the way production does: as a script, by path, with a request file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

PROBE = Path(__file__).resolve().parents[3] / "python" / "openhands_testgen" / "probe"
EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Answer:
    """What the explorer answered, and where it left things."""

    report: dict[str, Any]
    events: list[dict[str, Any]]
    project: Path
    output: Path
    stdout: str

    @property
    def text(self) -> str:
        """The written test file."""
        return self.output.read_text(encoding="utf-8")

    @property
    def body(self) -> str:
        """The written test file without its docstring, which names what is left out."""
        return self.text.split('"""', 2)[2]

    def run_pytest(self, hash_seed: int = 7) -> subprocess.CompletedProcess[str]:
        """Runs the written tests with the real pytest."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.project),
            "PYTHONHASHSEED": str(hash_seed),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        options = ["-q", "-W", "error", "-o", "addopts=", "-p", "no:cacheprovider"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, str(self.output)],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


class Explore(Protocol):
    """Explores a module given as source; `request` overrides what is asked for."""

    def __call__(
        self, source: str | bytes, name: str = "subject", /, **request: object
    ) -> Answer: ...


Example = Callable[[str], Answer]
"""The answer for a module of the folder `examples`."""


@pytest.fixture
def explore(tmp_path: Path) -> Explore:
    """Explores a module, in little depth."""

    def run(source: str | bytes, name: str = "subject", /, **request: object) -> Answer:
        base = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        return explore_in(base, source, name, {"budget_seconds": 0.5, **request})

    return run


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Explores an example when it is first asked for; all tests of it look at one answer."""
    known: dict[str, Answer] = {}

    def answer(name: str) -> Answer:
        if name not in known:
            base = tmp_path_factory.mktemp(name) / "run"
            known[name] = explore_in(base, example_source(name), name, {"budget_seconds": 4.0})
        return known[name]

    return answer


def example_source(name: str) -> str:
    """The text of an example."""
    return (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")


def explore_in(base: Path, source: str | bytes, name: str, request: dict[str, object]) -> Answer:
    """Makes a project with one module in a new folder and has the explorer write its tests."""
    project = base / "project"
    module = project.joinpath(*name.split(".")).with_suffix(".py")
    module.parent.mkdir(parents=True)
    (base / "scratch").mkdir()
    module.write_bytes(source if isinstance(source, bytes) else source.encode())
    output = f"tests/test_{module.stem}.py"
    data = {
        "workspace": str(project),
        "module_path": str(module.relative_to(project)),
        "import_root": ".",
        "module_name": name,
        "output_path": output,
        "coverage_threshold": 80,
        "seed": 0,
        "call_seconds": 0.3,
        "import_seconds": 3.0,
        "scratch": str(base / "scratch"),
        "rejected": [],
        "report_path": str(base / "report.json"),
        "events_path": str(base / "events.jsonl"),
        **request,
    }
    (base / "request.json").write_text(json.dumps(data))
    stdout = run_script(base / "request.json")
    return Answer(
        report=json.loads((base / "report.json").read_text()),
        events=read_events(base / "events.jsonl"),
        project=project,
        output=project / output,
        stdout=stdout,
    )


def run_script(request: Path) -> str:
    """Runs the explorer; returns what it printed."""
    process = subprocess.run(
        [sys.executable, str(PROBE / "explore.py"), str(request)],
        cwd=request.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def read_events(path: Path) -> list[dict[str, Any]]:
    """The lines of an events file, if there is one."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]
