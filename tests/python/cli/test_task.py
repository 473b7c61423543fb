"""`task` and `stats`: free-form work from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from ..agent_server import AgentServer
from .conftest import Cli


def hello(folder: Path) -> str:
    (folder / "hello.txt").write_text("Hello\n")
    return "3 tests pass.\nNo questions."


def test_a_task_is_done_and_told(cli: Cli, agent_server: AgentServer) -> None:
    agent_server.work = hello
    cli.environment |= agent_server.variables()

    done = cli("task", "Create a file named hello.txt\nand no other")

    assert done.returncode == 0, done.stderr
    assert "Create a file named hello.txt: 1 file changed in the workspace" in done.stdout
    assert "not verified" in done.stdout and "added     hello.txt" in done.stdout
    assert "> 3 tests pass.\n  > No questions." in done.stdout
    assert not (cli.project / "hello.txt").exists()
    listed = cli("list", "--kind", "agent_task").stdout
    assert "completed" in listed and listed.endswith("Create a file named hello.txt\n")
    stats = cli("stats").stdout
    assert "openai/fake: 1 runs, 1 successful, 0 times limited, $0.2500" in stats
    assert cli.json("stats")["models"]["openai/fake"]["successes"] == 1


def test_changes_are_applied_and_told_to_programs(cli: Cli, agent_server: AgentServer) -> None:
    agent_server.work = hello
    cli.environment |= agent_server.variables()

    done = cli("task", "Create it", "--apply", "--empty", "--json")

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["success"] and answer["results"][0]["result"]["applied"]
    assert (cli.project / "hello.txt").read_text() == "Hello\n"


def test_the_embedded_agent_refuses_it(cli: Cli) -> None:
    done = cli("task", "Tidy up")

    assert done.returncode == 2
    assert "agent: local writes tests only" in done.stderr
    assert "OPENHANDS_SERVER_URL" in done.stderr
