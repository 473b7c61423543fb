"""What `make` says on a machine that lacks something."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SYSTEM = ["sh", "sed", "sort", "head", "cut", "tr", "grep", "uname", "id", "dirname", "env", "cat"]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs: the system's own, and a good one of each that the build needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in SYSTEM:
        found = shutil.which(name)
        assert found is not None, name
        (folder / name).symlink_to(found)
    answers("cargo", folder, "echo 'cargo 1.99.0 (0000000 2026-01-01)'")
    answers("cc", folder, "exit 0")
    answers("python3.13", folder, 'case "$*" in *executable*) echo "$0";; esac')
    return folder


def answers(name: str, folder: Path, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def preflight(machine: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), "HOME": os.environ["HOME"]}
    command = ["/bin/sh", str(ROOT / "scripts/preflight.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_machine_with_everything_is_not_troubled(machine: Path) -> None:
    ended = preflight(machine)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda folder: (folder / "cargo").unlink(), "cargo 1.94 or newer"),
        (
            lambda folder: answers("cargo", folder, "echo 'cargo 1.80.0 (x 2024-01-01)'"),
            "found: 1.80.0",
        ),
        (lambda folder: (folder / "cc").unlink(), "a C compiler"),
        (lambda folder: (folder / "python3.13").unlink(), "Python 3.11 or newer"),
        (
            lambda folder: answers(
                "python3.13", folder, 'case "$*" in *ensurepip*) exit 1;; *%d*) echo 3.13;; esac'
            ),
            "ensurepip",
        ),
    ],
    ids=["no cargo", "old cargo", "no C compiler", "no Python", "no venv"],
)
def test_what_is_missing_is_named_with_the_way_to_get_it(
    machine: Path, break_it: object, says: str
) -> None:
    assert callable(break_it)
    break_it(machine)

    ended = preflight(machine)

    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Then run the same command again." in ended.stderr
