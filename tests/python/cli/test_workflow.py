"""`workflow`: the stages of a component on the command line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import COMMAND, Cli

SPECIFICATION = "# The shop\n"


@pytest.fixture
def workflow(cli: Cli, project: Path) -> list[str]:
    """The words of a workflow whose component has no module: nothing is generated."""
    (project / "spec.md").write_text(SPECIFICATION)
    (project / "src/empty").mkdir()
    configure(project, "enable_openhands = false")
    return ["workflow", "spec.md", "--component", "empty"]


def configure(project: Path, *lines: str) -> None:
    table = "\n".join(["", "[tool.openhands-testgen.workflow]", *lines, ""])
    (project / "pyproject.toml").write_text(table)


def python(text: str) -> str:
    return json.dumps([sys.executable, "-c", text])


def test_each_stage_is_told_when_it_ends_and_in_the_report(cli: Cli, workflow: list[str]) -> None:
    done = cli(*workflow)

    assert done.returncode == 0, done.stderr
    assert "specification: completed in" in done.stderr
    assert "testing: skipped: nothing is configured" in done.stderr
    first, *stages = done.stdout.splitlines()
    assert first.startswith("empty: done in ")
    assert [line.split()[0] for line in stages] == [
        "specification", "testing", "refactoring", "staging_deployment",
    ]  # fmt: skip


def test_json_is_one_document_of_the_result(cli: Cli, workflow: list[str]) -> None:
    report = cli.json(*workflow, "--async", "--target", "dev")

    assert (report["success"], report["execution_mode"]) == (True, "async")
    assert (report["component_name"], report["target_stage"]) == ("empty", "dev")
    assert list(report["stage_timings"]) == ["specification", "testing", "refactoring"]


def test_the_report_can_be_written_to_a_file(cli: Cli, workflow: list[str], project: Path) -> None:
    assert cli(*workflow, "--report", "reports/one.json").returncode == 0

    assert json.loads((project / "reports/one.json").read_text())["success"]


def test_a_report_that_cannot_be_written_takes_nothing_from_the_result(
    cli: Cli, workflow: list[str], project: Path
) -> None:
    (project / "reports").write_text("a file in the way")

    done = cli(*workflow, "--report", "reports/one.json", "--json")

    assert (done.returncode, json.loads(done.stdout)["success"]) == (3, True)
    assert "error: " in done.stderr and "reports" in done.stderr


def test_a_reader_that_has_had_enough_is_no_error(cli: Cli, workflow: list[str]) -> None:
    # Closed before anything is written.
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [COMMAND, *workflow],
        cwd=cli.project,
        env=cli.environment,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)

    assert done.returncode == 0
    assert "Error" not in done.stderr, done.stderr


def test_a_stage_that_fails_fails_the_command(cli: Cli, workflow: list[str], project: Path) -> None:
    configure(
        project,
        "enable_openhands = false",
        f"testing = {python('print(7 * 7); raise SystemExit(5)')}",
    )

    done = cli(*workflow)

    assert done.returncode == 1
    assert "warning: testing: failed:" in done.stderr and "ended with 5" in done.stderr
    assert "failed: " in done.stdout
    annotated = cli(*workflow, "--output-format", "github").stdout
    assert annotated.startswith("::error title=stage testing::")
    assert annotated.endswith("ended with 5%0A49\n")


def test_modules_get_their_tests_beside_the_other_stages(cli: Cli, project: Path) -> None:
    (project / "spec.md").write_text(SPECIFICATION)
    (project / "src/shop/__init__.py").unlink()
    configure(project, f"refactoring = {python('print(1)')}", "[tool.pytest.ini_options]")

    done = cli("workflow", "spec.md", "--component", "shop", "--async", "--coverage", "50")

    assert done.returncode == 0, done.stderr
    assert "src/shop/pricing.py: agent" in done.stderr
    assert "openhands_collection: completed in" in done.stderr
    assert "src/shop/pricing.py: " in done.stdout
    assert "tests in tests/test_pricing.py, coverage" in done.stdout
    assert (project / "tests/test_pricing.py").is_file()


def test_a_missing_specification_is_a_stage_that_failed(cli: Cli, workflow: list[str]) -> None:
    (cli.project / "spec.md").unlink()

    done = cli(*workflow)

    assert (done.returncode, "Specification file not found: spec.md" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("line", "says"),
    [("testing = 3", "testing must be a command"), ("tests = 'x'", "tests is not known")],
)
def test_an_entry_that_does_not_hold_is_one_of_configuration(
    cli: Cli, workflow: list[str], project: Path, line: str, says: str
) -> None:
    configure(project, line)

    done = cli(*workflow, "--json")

    assert done.returncode == 3
    assert done.stderr.startswith(f"error: {says}")
    error = json.loads(done.stdout)["error"]
    assert error["message"].startswith(says) and error["exit_code"] == 3


def test_an_error_of_configuration_is_an_annotation_too(
    cli: Cli, workflow: list[str], project: Path
) -> None:
    configure(project, "testing = 3")

    done = cli(*workflow, "--output-format", "github")

    assert done.returncode == 3
    (line,) = done.stdout.splitlines()
    assert line.startswith("::error title=openhands-testgen::testing must be a command: ")


def test_settings_are_checked_as_for_every_verb(cli: Cli, workflow: list[str]) -> None:
    done = cli(*workflow, OPENHANDS_TIMEOUT="5")

    assert (done.returncode, "OPENHANDS_TIMEOUT" in done.stderr) == (3, True)


def test_the_table_of_a_workflow_disturbs_no_other_verb(
    cli: Cli, workflow: list[str], project: Path
) -> None:
    assert cli("config", "show").returncode == 0
    (project / "pyproject.toml").write_text("[tool.openhands-testgen]\nworkflow = 3\n")
    done = cli("config", "show")
    assert (done.returncode, "workflow is not a table" in done.stderr) == (3, True)


@pytest.mark.parametrize("arguments", [["spec.md"], ["--component", "shop"]])
def test_what_is_missing_is_named(cli: Cli, workflow: list[str], arguments: list[str]) -> None:
    done = cli("workflow", *arguments)

    assert (done.returncode, "required" in done.stderr) == (2, True)


def test_help_and_completions_know_it(cli: Cli) -> None:
    assert "workflow" in cli("--help").stdout
    text = cli("workflow", "--help").stdout
    assert "--component" in text and "--async" in text and "--output-format" in text
    assert "workflow" in cli("completions", "bash").stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_running_command_with_it(
    cli: Cli, workflow: list[str], project: Path, number: signal.Signals, code: int
) -> None:
    text = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid())); "
    configure(
        project,
        "enable_openhands = false",
        f"testing = {python(text + 'time.sleep(300)')}",
    )
    running = cli.start(*workflow)
    running.wait_for("specification: completed")
    while not (project / "pid").exists() or not (project / "pid").read_text():
        assert running.process.poll() is None
        time.sleep(0.02)

    running.send(number)

    ended, output, errors = running.finish()
    assert (ended, output) == (code, ""), errors
    cli.wait_for_end(int((project / "pid").read_text()))


def test_ctrl_c_hands_over_what_was_submitted(cli: Cli, project: Path, slow_module: str) -> None:
    (project / "spec.md").write_text(SPECIFICATION)
    running = cli.start("workflow", "spec.md", "--component", "shop", "--async")
    running.wait_for(f"{slow_module}: agent")

    running.send(signal.SIGINT)

    ended, output, errors = running.finish()
    assert (ended, output) == (130, ""), errors
    worker = re.search(r"worker process (\d+) goes on", errors)
    assert worker is not None, errors
    cancel = re.search(r"openhands-testgen (cancel .*)", errors)
    assert cancel is not None and cli(*cancel[1].split()).returncode == 0
    cli.wait_for_end(int(worker[1]))
    statuses = {task["status"] for task in cli.json("list")["tasks"]}
    assert "cancelled" in statuses and statuses <= {"cancelled", "completed", "failed"}
