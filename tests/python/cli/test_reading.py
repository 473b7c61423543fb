"""The verbs that only read: what they print, and their exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Cli

STATUS_KEYS = {
    "task_id", "kind", "status", "priority", "created_at", "started_at", "completed_at", "error",
    "error_kind", "retry_count", "attempt", "worker", "progress", "metadata",
}  # fmt: skip


def finished_task(cli: Cli) -> str:
    """The id of a task that has failed, the quickest way to have one."""
    [result] = cli.json("generate", "src/shop/gone.py")["results"]
    task_id: str = result["task_id"]
    return task_id


def test_version_and_help_touch_no_files(cli: Cli, project: Path) -> None:
    before = sorted(project.rglob("*"))
    assert cli("--version").stdout.startswith("openhands-testgen ")
    done = cli("--help")
    assert done.returncode == 0
    assert "Exit codes" in done.stdout
    assert cli("generate", "--help").returncode == 0
    assert sorted(project.rglob("*")) == before


def test_the_module_is_the_command(cli: Cli) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openhands_testgen", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, cli("--version").stdout)


def test_without_a_verb_the_help_is_shown_and_the_code_is_that_of_usage(cli: Cli) -> None:
    done = cli()
    assert done.returncode == 2
    assert "Usage: openhands-testgen" in done.stderr


def test_a_misspelt_verb_names_the_right_one(cli: Cli) -> None:
    done = cli("genrate", "src/shop/pricing.py")
    assert done.returncode == 2
    assert "generate" in done.stderr


def test_the_status_of_a_task(cli: Cli) -> None:
    task_id = finished_task(cli)
    done = cli("status", task_id)
    assert done.returncode == 0
    assert "failed" in done.stdout
    assert "invalid_module" in done.stdout
    status = cli.json("status", task_id)
    assert set(status) == STATUS_KEYS
    assert status["status"] == "failed"
    assert status["priority"] == 1
    assert status["metadata"]["coverage_threshold"] == 80
    assert status["completed_at"].endswith("+00:00")


def test_the_status_of_a_completed_task_names_the_coverage_it_reached(cli: Cli) -> None:
    [result] = cli.json("generate", "src/shop/pricing.py")["results"]
    done = cli("status", result["task_id"])
    assert done.returncode == 0, done.stderr
    assert re.search(r"coverage +[\d.]+ %, asked for 80 %", done.stdout), done.stdout


@pytest.mark.parametrize("verb", ["status", "results", "watch", "cancel", "retry"])
@pytest.mark.parametrize("task_id", ["0192f0c1-2b3c-7d4e-8f50-617283940a1b", "nonsense", ""])
def test_an_unknown_id_is_not_found(cli: Cli, verb: str, task_id: str) -> None:
    done = cli(verb, task_id)
    assert done.returncode == 7, done.stderr
    assert done.stdout == ""
    assert "not found" in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["status", "nope"], 7, "nope"),
        (["results", "nope"], 7, "nope"),
        (["list", "--store", "somewhere"], 3, "somewhere"),
        (["list", "--limit", "0"], 2, "--limit"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_an_error_is_a_document_for_programs(
    cli: Cli, arguments: list[str], code: int, said: str
) -> None:
    done = cli(*arguments, "--json")
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == {"error"}
    assert set(document["error"]) == {"message", "hint", "exit_code"}
    assert document["error"]["exit_code"] == code
    assert said in document["error"]["message"]
    assert document["error"]["message"] in done.stderr


def test_the_hint_for_programs_is_that_for_people(cli: Cli) -> None:
    done = cli("status", "nope", "--json")
    hint = json.loads(done.stdout)["error"]["hint"]
    assert f"hint: {hint}" in done.stderr


def test_a_list_is_newest_first_and_comes_in_pages(cli: Cli) -> None:
    ids = [finished_task(cli) for _ in range(3)]
    page = cli.json("list", "--limit", "2")
    assert [task["task_id"] for task in page["tasks"]] == [ids[2], ids[1]]
    rest = cli.json("list", "--cursor", page["next_cursor"])
    assert [task["task_id"] for task in rest["tasks"]] == [ids[0]]
    assert rest["next_cursor"] is None
    text = cli("list").stdout
    assert all(task_id in text for task_id in ids)
    assert cli.json("list", "--status", "completed")["tasks"] == []
    assert len(cli.json("list", "--kind", "generate_tests")["tasks"]) == 3


def test_an_empty_list_is_no_error(cli: Cli) -> None:
    done = cli("list")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no tasks" in done.stderr


def test_results_of_a_failed_task_say_why_and_fail(cli: Cli) -> None:
    task_id = finished_task(cli)
    done = cli("results", task_id)
    assert done.returncode == 1
    assert "error: src/shop/gone.py: " in done.stderr
    result = cli.json("results", task_id)
    assert (result["success"], result["error_kind"]) == (False, "invalid_module")


def test_a_task_that_has_ended_is_not_cancelled(cli: Cli) -> None:
    task_id = finished_task(cli)
    done = cli("cancel", task_id)
    assert done.returncode == 0
    assert "had ended before (failed)" in done.stdout
    assert cli.json("cancel", task_id)["tasks"][0]["status"] == "failed"


def test_settings_are_shown_with_where_they_came_from(cli: Cli, project: Path) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write("\n[tool.openhands-testgen]\nmax_iterations = 5\n")
    shown = cli.json("config", "show", "--store", "memory:", OPENHANDS_WORKERS="7")
    settings = {entry["name"]: entry for entry in shown["settings"]}
    assert settings["workers"]["value"] == 7
    assert settings["workers"]["variable"] == "OPENHANDS_WORKERS"
    assert "OPENHANDS_WORKERS" in settings["workers"]["source"]
    assert settings["max_iterations"]["value"] == 5
    assert "pyproject.toml" in settings["max_iterations"]["source"]
    assert settings["store"]["source"] == "argument"
    text = cli("config", "show").stdout
    assert all(f"{name} = " in text for name in settings)


def test_secrets_are_masked(cli: Cli) -> None:
    for arguments in (["config", "show"], ["config", "show", "--json"], ["doctor"]):
        done = cli(*arguments, OPENROUTER_API_KEY="sk-very-secret")
        assert done.returncode == 0, done.stderr
        assert "sk-very-secret" not in done.stdout + done.stderr


def test_doctor_tries_everything(cli: Cli) -> None:
    done = cli("doctor")
    assert done.returncode == 0, done.stdout
    for name in ("project", "python", "pytest", "coverage", "sandbox", "store", "engine", "agent"):
        assert name in done.stdout
    findings = cli.json("doctor")
    assert findings["healthy"] is True
    assert {check["verdict"] for check in findings["checks"]} <= {"good", "note"}


def test_doctor_names_what_is_missing(cli: Cli, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    done = cli("doctor", "--python", str(tmp_path / "bare/bin/python"))
    assert done.returncode == 3
    assert "-m pip install pytest coverage" in done.stdout


def test_a_store_that_cannot_be_used_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = cli("list", "--store", f"sqlite:{tmp_path}/file/tasks.db")
    assert done.returncode == 3
    assert "file/tasks.db" in done.stderr
    assert "hint: " in done.stderr
    assert cli("list", "--store", "somewhere").returncode == 3


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_a_script(cli: Cli, shell: str) -> None:
    done = cli("completions", shell)
    assert done.returncode == 0
    assert "openhands-testgen" in done.stdout
    assert "exit-when-idle" in done.stdout


def on_terminal(cli: Cli, *arguments: str, **variables: str) -> str:
    """What the command writes to a terminal."""
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "openhands_testgen", *arguments]
    process = subprocess.Popen(
        command,
        cwd=cli.project,
        env=cli.environment | {"TERM": "xterm-256color"} | variables,
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    written = b""
    while True:
        try:
            chunk = os.read(parent, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not chunk:
            break
        written += chunk
    process.wait()
    os.close(parent)
    return written.decode()


def test_colours_are_for_terminals_and_not_with_no_color(cli: Cli) -> None:
    finished_task(cli)
    assert "\x1b[" in on_terminal(cli, "list")
    assert "\x1b[" not in on_terminal(cli, "list", NO_COLOR="1")
    assert "\x1b[" not in cli("list").stdout


def test_a_terminal_sees_progress(cli: Cli) -> None:
    seen = on_terminal(cli, "generate", "src/shop/pricing.py")
    assert "verifying" in seen
    assert "tests/shop/test_pricing.py" in seen


def test_doctor_asks_the_agent_server_that_is_to_write_the_tests(cli: Cli) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = cli(
            "doctor", OPENHANDS_AGENT="auto", OPENHANDS_SERVER_URL=address, LLM_API_KEY="sk-secret"
        )
    assert done.returncode == 3, done.stdout
    assert f"agent server {address}: it cannot be reached" in done.stdout
    assert "sk-secret" not in done.stdout + done.stderr


def stand_in_for_docker(folder: Path, has_image: bool) -> str:
    """A `docker` whose engine answers; the search path that finds it."""
    program = folder / "docker"
    image = "exit 0" if has_image else "exit 1"
    program.write_text(f'#!/bin/sh\ncase "$1" in version) echo 27.0;; image) {image};; esac\n')
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def agents(cli: Cli, **variables: str) -> dict[str, dict[str, Any]]:
    """What doctor says of agents, by name."""
    settings = {"OPENHANDS_AGENT": "auto", "LLM_API_KEY": "sk-x", "LLM_MODEL": "openai/x"}
    checks = cli.json("doctor", **(settings | variables))["checks"]
    return {check["name"]: check for check in checks}


def test_doctor_says_which_agent_auto_takes_and_what_the_others_lack(
    cli: Cli, tmp_path: Path
) -> None:
    with_image = agents(cli, PATH=stand_in_for_docker(tmp_path, has_image=True))
    assert with_image["agent"]["detail"].startswith("docker, by ")
    assert with_image["docker"]["verdict"] == "good"
    assert "OPENHANDS_PYTHON" in with_image["own server"]["remedy"]
    without = agents(cli, PATH=stand_in_for_docker(tmp_path, has_image=False))
    assert (without["agent"]["detail"], without["agent"]["verdict"]) == ("local", "note")
    assert "docker pull ghcr.io/openhands/agent-server" in without["docker"]["remedy"]
    named = agents(
        cli, OPENHANDS_PYTHON=sys.executable, PATH=stand_in_for_docker(tmp_path, has_image=False)
    )
    assert "has no agent server: run `" in named["own server"]["detail"]


def test_doctor_misses_what_a_named_agent_lacks(cli: Cli, tmp_path: Path) -> None:
    path = stand_in_for_docker(tmp_path, has_image=False)
    checks = agents(cli, PATH=path, OPENHANDS_AGENT="docker")
    assert (checks["docker"]["verdict"], checks["agent"]["verdict"]) == ("missing", "good")
    done = cli("doctor", "--agent", "docker", PATH=path, LLM_API_KEY="sk-x", LLM_MODEL="openai/x")
    assert done.returncode == 3
