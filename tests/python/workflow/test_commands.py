"""Stages that run a command of the project's."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from ..conftest import BARE_PYTHON
from .conftest import Scripted
from .orchestration import both_ways, configure, make, python


@both_ways
def test_stages_run_the_commands_of_the_project(
    run: Any, component: Path, scripted: Scripted
) -> None:
    project = component.parent.parent
    configure(
        project,
        f"testing = {python('import pathlib; print(pathlib.Path.cwd())')}",
        "refactoring = \"{python} -c 'print(1)' {component} {component_path} {target} {else}\"",
        f"staging_deployment = {python('raise SystemExit(3)')}",
    )

    result = run(make())

    said = result.stage_results["testing"].to_dict()["outputs"]
    assert (said["exit_code"], said["output"]) == (0, str(project))
    command = result.stage_results["refactoring"].to_dict()["outputs"]["command"]
    assert command.endswith("-c 'print(1)' school src/school staging '{else}'")
    assert command.startswith(BARE_PYTHON)
    assert result.stages_failed == ["staging_deployment"]
    assert "ended with 3" in result.stage_results["staging_deployment"].errors[0]


def test_a_command_that_does_not_end_is_ended(component: Path, scripted: Scripted) -> None:
    configure(
        component.parent.parent,
        f"testing = {python('import time; time.sleep(60)')}",
        "command_timeout_seconds = 0.5",
    )

    result = make().run()

    assert "did not end within 0.5 s" in result.stage_results["testing"].errors[0]


def test_only_the_last_lines_of_a_command_are_kept(component: Path, scripted: Scripted) -> None:
    text = "print('x' * 300_000); [print(n) for n in range(50)]"
    configure(component.parent.parent, f"testing = {python(text)}")

    said = make().run().stage_results["testing"].to_dict()["outputs"]["output"]

    assert said.splitlines() == [str(n) for n in range(30, 50)]


def test_what_a_command_leaves_running_is_not_waited_for(
    component: Path, scripted: Scripted
) -> None:
    child = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    text = f"import subprocess, sys; print(subprocess.Popen({child}).pid)"
    configure(component.parent.parent, f"testing = {python(text)}")

    result = make().run()

    assert result.success
    # It lives; else there would be nobody to send this to.
    os.kill(int(result.stage_results["testing"].to_dict()["outputs"]["output"]), signal.SIGKILL)


def test_a_command_that_is_not_there_is_named(component: Path, scripted: Scripted) -> None:
    configure(component.parent.parent, 'testing = "no-such-program --check"')

    result = make().run()

    assert "no-such-program could not be started" in result.stage_results["testing"].errors[0]
