"""The installed command, run in a project of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(sys.executable).with_name("openhands-testgen")
"""Written by pip beside the interpreter."""

PATIENCE = 110.0
"""Seconds within which anything here is done, on a busy machine too."""


class Cli:
    """Runs the command in one project and environment."""

    def __init__(self, project: Path, environment: dict[str, str]) -> None:
        self.project = project
        self.environment = environment

    def __call__(
        self, *arguments: str, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs to the end; keywords are variables of the environment."""
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=cwd or self.project,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def json(self, *arguments: str, **variables: str) -> Any:
        """The one document on standard output."""
        return json.loads(self(*arguments, "--json", cwd=None, **variables).stdout)

    def start(self, *arguments: str) -> Running:
        """Starts and does not wait."""
        process = subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(process)

    def submit(self, *arguments: str) -> tuple[str, int | None]:
        """The id of the one task, and the number of the worker process that was started for it."""
        done = self("submit", *arguments)
        assert done.returncode == 0, done.stderr
        started = re.search(r"worker process (\d+) runs it", done.stderr)
        return done.stdout.strip(), int(started[1]) if started else None

    def wait_for_status(self, task_id: str, status: str) -> dict[str, Any]:
        """The status dict, once the task stands there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer: dict[str, Any] = self.json("status", task_id)
            if answer["status"] == status:
                return answer
            time.sleep(0.05)
        raise AssertionError(f"task {task_id} is not {status} after {PATIENCE} s: {answer}")

    def wait_for_end(self, process: int) -> None:
        """Waits until a process that is not our child is gone."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return
            if Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
            time.sleep(0.05)
        raise AssertionError(f"process {process} has not ended after {PATIENCE} s")

    def end_everything(self) -> None:
        """Cancels what is left, so that worker processes end."""
        if not (self.project / "openhands_workspace").exists():
            return
        for status in ("pending", "queued", "running"):
            tasks = self.json("list", "--status", status)["tasks"]
            if tasks:
                self("cancel", *(task["task_id"] for task in tasks))


class Running:
    """A command under way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Reads standard error until a line matches."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"{pattern!r} was not said:\n{self.said}")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def finish(self) -> tuple[int, str, str]:
        """Waits for its end: exit code, standard output, all of standard error."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, self.said + errors


@pytest.fixture
def cli(project: Path, environment: dict[str, str]) -> Iterator[Cli]:
    """The command in the project; nothing it started outlives the test."""
    command = Cli(project, environment)
    yield command
    command.end_everything()


@pytest.fixture
def slow_module(project: Path) -> str:
    """A module whose import takes a while, each time: its task runs for seconds."""
    (project / "src/shop/slow.py").write_text(
        "WORK = sum(range(60_000_000))\n\n\n"
        "def double(number: int) -> int:\n    return number * 2\n"
    )
    return "src/shop/slow.py"
