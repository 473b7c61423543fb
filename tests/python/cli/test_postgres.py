"""One queue in PostgreSQL: one process submits, another works, and no password is seen anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Cli

PASSWORD = "canary-password"

WAITS = """
import asyncio
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator


async def main():
    config = OpenHandsIntegrationConfig.from_env(workers=0)
    print(config)
    async with OpenHandsTestGenerator(config) as generator:
        task_id = await generator.submit_test_generation_task("src/shop/pricing.py")
        print(task_id, flush=True)
        result = await generator.get_test_generation_results(task_id, timeout=60)
        print(result["success"], result["result"]["test_file"], flush=True)


asyncio.run(main())
"""


@pytest.fixture
def shared(cli: Cli, postgres: str) -> Iterator[Cli]:
    """The command, with its store in a database."""
    cli.environment |= {"OPENHANDS_STORE": postgres, "OPENHANDS_LOG": "debug"}
    yield cli
    cli.end_everything()
    del cli.environment["OPENHANDS_STORE"]


def test_a_worker_process_runs_what_a_generator_without_workers_waits_for(
    shared: Cli, project: Path, tmp_path: Path
) -> None:
    program = tmp_path / "waits.py"
    program.write_text(WAITS)
    waiting = subprocess.Popen(
        [sys.executable, program],
        cwd=project,
        env=shared.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdout is not None
    settings, task_id = waiting.stdout.readline(), waiting.stdout.readline().strip()
    assert shared.json("status", task_id)["status"] == "queued"

    worked = shared("worker", "--exit-when-idle")

    assert worked.returncode == 0, worked.stderr
    output, errors = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, errors
    assert output.split() == ["True", "tests/shop/test_pricing.py"]
    said = [settings, output, errors, worked.stdout, worked.stderr]
    assert [text for text in said if PASSWORD in text] == []


def test_a_submission_hands_over_to_a_worker_that_shows_no_password(
    shared: Cli, slow_module: str, project: Path
) -> None:
    task_id, worker = shared.submit(slow_module)
    assert worker is not None
    assert PASSWORD not in Path(f"/proc/{worker}/cmdline").read_text()
    done = shared("results", task_id)
    assert done.returncode == 0, done.stderr
    shared.wait_for_end(worker)
    verbs = [
        ["config", "show"],
        ["doctor"],
        ["list"],
        ["status", task_id],
        ["logs", task_id],
        ["stats"],
    ]
    said = [done, *(shared(*verb) for verb in verbs)]
    assert [it.args for it in said if PASSWORD in it.stdout + it.stderr] == []
    kept = [Path(folder, name) for folder, _, names in os.walk(project) for name in names]
    assert [
        path for path in kept if path.is_file() and PASSWORD.encode() in path.read_bytes()
    ] == []


def test_a_task_is_cancelled_by_another_process_than_the_one_that_runs_it(
    shared: Cli, slow_module: str
) -> None:
    task_id, worker = shared.submit(slow_module)
    assert worker is not None
    shared.wait_for_status(task_id, "running")
    assert shared("cancel", task_id).returncode == 0
    assert shared.json("status", task_id)["status"] == "cancelled"
    shared.wait_for_end(worker)


def test_a_database_that_is_not_there_is_named_without_its_password(
    shared: Cli, postgres: str
) -> None:
    done = shared("list", "--store", f"{postgres}_not")
    assert done.returncode == 3
    assert "createdb" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
