"""Who writes the tests? Ours by its command, as users run it, and Pynguin by its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import fence
from subjects import Project

#: What Pynguin searches for, and what a run of it may take in all: it goes on to make assertions.
PYNGUIN_SECONDS, PYNGUIN_LONGEST = 60, 600


@dataclass(frozen=True)
class Written:
    """A test file, or why there is none."""

    file: Path | None
    seconds: float
    note: str = ""


def write_ours(project: Project, python: Path) -> Written:
    """`openhands-testgen generate MODULE`, with all settings as they come."""
    ours = ("OPENHANDS_", "LLM_", "OPENROUTER_", "PYTEST_", "PYTHONPATH")
    settings = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    settings |= {"OPENHANDS_AGENT": "local", "OPENHANDS_ENV_FILE": ""}
    command = [sys.executable, "-m", "openhands_testgen", "generate", project.path, "--json"]
    command += ["--store", "memory:", "--python", str(python), "--project-root", str(project.root)]
    begin = time.monotonic()
    process = subprocess.run(
        command, cwd=project.root, env=settings, capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - begin
    try:
        result = json.loads(process.stdout)["results"][0]
    except (ValueError, LookupError):
        return Written(None, seconds, process.stderr.strip()[-300:])
    file = project.root / result["output_path"]
    return Written(file if file.exists() else None, seconds, result["error"] or "")


def write_pynguin(project: Project, python: Path, folder: Path) -> Written:
    """`pynguin` with a search of a minute and its own defaults."""
    output = project.root / "pynguin"
    output.mkdir()
    command: list[object] = [python, "-m", "pynguin", "--project-path", project.root]
    command += ["--module-name", project.module, "--output-path", output, "--seed", "0"]
    command += ["--maximum-search-time", PYNGUIN_SECONDS]
    begin = time.monotonic()
    process = fence.run(folder, project.root, command, PYNGUIN_LONGEST, PYNGUIN_DANGER_AWARE="yes")
    seconds = time.monotonic() - begin
    files = sorted(output.glob("test_*.py"))
    if files:
        return Written(files[0], seconds)
    return Written(None, seconds, _reason(process))


def _reason(process: subprocess.CompletedProcess[str] | None) -> str:
    """How Pynguin ended, and the end of what it said."""
    if process is None:
        return f"did not end within {PYNGUIN_LONGEST} s"
    words = process.stdout.replace("│", " ").split()
    return f"exit code {process.returncode}: … {' '.join(words)[-80:]}"
