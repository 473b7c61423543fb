"""Tasks of kinds that only a program of the user's can run."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from .conftest import Cli

PROGRAM = """
import asyncio
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

async def handler(context, payload):
    return {}

async def main():
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig.from_env(workers=0))
    generator.register_handler("own", handler)
    print(await generator.submit_task("own", {}))
    await generator.stop()

asyncio.run(main())
"""


def left_task(cli: Cli) -> str:
    """A task of kind `own` whose program has ended."""
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        cwd=cli.project, env=cli.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ended.stdout.strip()


def test_results_say_that_only_a_program_with_a_handler_runs_it(cli: Cli) -> None:
    task_id = left_task(cli)
    for verb in ("results", "watch"):
        answer = cli(verb, task_id)
        assert answer.returncode == 3
        assert "tasks of kind own run only in programs that register a handler" in answer.stderr
        assert 'register_handler("own", …)' in answer.stderr
        assert "OPENHANDS_WORKERS" not in answer.stderr


def test_it_can_be_listed_cancelled_and_retried(cli: Cli) -> None:
    task_id = left_task(cli)
    assert "own" in cli("list", "--kind", "own").stdout
    assert cli("cancel", task_id).returncode == 0
    retried = cli("retry", task_id)
    assert retried.returncode == 0
    assert "no living program has a handler for own" in retried.stderr


LINES = """
import asyncio
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

async def handler(context, payload):
    context.log("looked at the module")
    context.log("no such tool", level="warning")
    return {}

async def main():
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig.from_env())
    generator.register_handler("own", handler)
    task_id = await generator.submit_task("own", {})
    await generator.get_test_generation_results(task_id)
    print(task_id)
    await generator.stop()

asyncio.run(main())
"""


def test_the_lines_that_a_task_left_can_be_read(cli: Cli) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LINES],
        cwd=cli.project, env=cli.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    task_id = ended.stdout.strip()
    for arguments in (["logs", task_id], ["logs", task_id, "-f"]):
        lines = cli(*arguments).stdout.splitlines()
        assert [line.split(maxsplit=1)[1] for line in lines] == [
            "info    looked at the module",
            "warning no such tool",
        ]
    told = cli.json("logs", task_id)
    assert [line["message"] for line in told] == ["looked at the module", "no such tool"]
    assert cli("logs", "no-such-task").returncode == 7
