"""The composite action: its steps, run as a runner would, with the command of this build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
INPUT = re.compile(r"^\$\{\{ inputs\.([\w-]+) \}\}$")


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    """The action as a runner reads it."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return read


def filled(action: dict[str, Any], value: str, given: dict[str, str]) -> str:
    """A value of a step, with what an input stands for."""
    found = INPUT.match(value)
    if found is None:
        return value
    return given.get(found[1], str(action["inputs"][found[1]].get("default", "")))


def run(
    action: dict[str, Any], step: dict[str, Any], given: dict[str, str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """One step, in bash as a runner calls it."""
    folder = Path(environment["GITHUB_WORKSPACE"])
    variables = {name: filled(action, value, given) for name, value in step.get("env", {}).items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder / filled(action, step.get("working-directory", "."), given),
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.fixture
def runner(project: Path, environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What a runner sets, and this build where the first step would install it."""
    installed = tmp_path / "temporary/openhands-testgen/bin"
    installed.mkdir(parents=True)
    command = Path(sys.executable).with_name("openhands-testgen")
    (installed / "openhands-testgen").symlink_to(command)
    return environment | {
        "GITHUB_WORKSPACE": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "RUNNER_TEMP": str(tmp_path / "temporary"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]]),
    }


def test_modules_without_tests_are_annotated_and_fail_the_step(
    action: dict[str, Any], runner: dict[str, str], tmp_path: Path
) -> None:
    (step,) = [one for one in action["runs"]["steps"] if one.get("id") == "generate"]
    given = {"modules": "src/shop/gone.py\nsrc/shop/away.py", "working-directory": "project"}

    done = run(action, step, given, runner)

    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "::error file=project/src/shop/gone.py",
        "::error file=project/src/shop/away.py",
    ]
    assert (tmp_path / "output").read_text() == "exit-code=1\n"
    assert "| src/shop/gone.py | 0 |" in (tmp_path / "summary.md").read_text()


def test_an_input_is_never_read_as_a_program(
    action: dict[str, Any], runner: dict[str, str], tmp_path: Path
) -> None:
    (step,) = [one for one in action["runs"]["steps"] if one.get("id") == "generate"]
    given = {"modules": "$(touch stolen) ; touch stolen", "working-directory": "project"}

    done = run(action, step, given, runner)

    assert done.returncode != 0
    assert not list(tmp_path.rglob("stolen"))


def test_every_input_is_used_and_told(action: dict[str, Any]) -> None:
    text = (ROOT / "action.yml").read_text()
    page = (ROOT / "docs/github.md").read_text()
    for name, entry in action["inputs"].items():
        assert f"${{{{ inputs.{name} }}}}" in text
        assert f"| `{name}` |" in page
        assert entry["description"]
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"], "a value within a program would be run"


def test_the_workflow_of_the_page_uses_inputs_that_there_are(action: dict[str, Any]) -> None:
    page = (ROOT / "docs/github.md").read_text()
    (example,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    steps = yaml.safe_load(example)["jobs"]["generate"]["steps"]
    (ours,) = [step for step in steps if "openhands-testgen@" in step.get("uses", "")]
    assert set(ours["with"]) <= set(action["inputs"])
    assert {name for name, entry in action["inputs"].items() if entry.get("required")} <= set(
        ours["with"]
    )
