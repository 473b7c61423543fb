"""What a worker runs: kinds, handlers of a module, labels."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

if TYPE_CHECKING:
    from .conftest import Cli

JOBS = """
import os

from openhands_testgen import TaskContext, handler


@handler("double")
async def double(context: TaskContext, payload: dict) -> dict:
    return {"doubled": payload["number"] * 2}


@handler("square")
def square(context: TaskContext, payload: dict) -> dict:
    context.log(f"in process {os.getpid()}")
    return {"squared": payload["number"] ** 2}
"""


@pytest.fixture
def jobs(project: Path) -> str:
    (project / "jobs.py").write_text(JOBS)
    return "jobs"


def submitted(cli: Cli, *tasks: tuple[str, dict[str, Any], list[str]]) -> list[str]:
    """The ids of tasks that a process without workers submits."""

    async def main() -> list[str]:
        config = OpenHandsIntegrationConfig(project_root=cli.project, workers=0)
        async with OpenHandsTestGenerator(config) as one:
            return [
                await one.submit_task(kind, payload, requires=requires)
                for kind, payload, requires in tasks
            ]

    return asyncio.run(main())


def test_a_worker_runs_the_handlers_of_a_module(cli: Cli, jobs: str) -> None:
    doubled, squared = submitted(cli, ("double", {"number": 4}, []), ("square", {"number": 4}, []))
    worked = cli("worker", "--handlers", jobs, "--exit-when-idle")
    assert worked.returncode == 0, worked.stderr
    assert re.search(r"workers? for .*double, square on", worked.stderr), worked.stderr
    assert cli.json("results", doubled)["result"] == {"doubled": 8}
    assert cli.json("results", squared)["result"] == {"squared": 16}
    assert "in process" in cli("logs", squared).stdout


def test_the_handler_of_the_page_on_scaling_runs(cli: Cli) -> None:
    page = Path(__file__).parents[3] / "docs/scaling.md"
    [example] = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    (cli.project / "reports.py").write_text(example)
    [task] = submitted(cli, ("report", {"pages": 3}, []))
    worked = cli("worker", "--handlers", "reports", "--kinds", "report", "--exit-when-idle")
    assert worked.returncode == 0, worked.stderr
    assert cli.json("results", task)["result"] == {"pages": 3}


def test_a_worker_runs_the_kinds_that_it_is_told(cli: Cli, jobs: str) -> None:
    doubled, squared, test = submitted(
        cli,
        ("double", {"number": 4}, []),
        ("square", {"number": 4}, []),
        ("generate_tests", {"module_path": "src/shop/pricing.py"}, []),
    )
    worked = cli("worker", "--handlers", jobs, "--kinds", "double", "--exit-when-idle")
    assert worked.returncode == 0, worked.stderr
    statuses = [cli.json("status", task)["status"] for task in (doubled, squared, test)]
    assert statuses == ["completed", "queued", "queued"]


def test_a_kind_that_nobody_handles_here_is_named(cli: Cli, jobs: str) -> None:
    refused = cli("worker", "--kinds", "triple", "--handlers", jobs)
    assert refused.returncode == 2
    assert "--kinds triple: no handler of that kind is here" in refused.stderr


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("missing", None, "--handlers missing: there is no module missing"),
        ("empty", "", "--handlers empty: marks no handler"),
        ("broken", "import nothing_like_this", "No module named 'nothing_like_this'"),
        ("wrong", "1 / 0", "--handlers wrong could not be imported: division by zero"),
        ("keyless", "{}['a key']", "--handlers keyless could not be imported: KeyError: 'a key'"),
        ("raising", "raise ValueError('mine')", "--handlers raising could not be imported: mine"),
        ("..", None, "--handlers ..: is no name of a module"),
        (
            "twice",
            "from openhands_testgen import handler\n"
            "@handler('a')\nasync def one(c, p): ...\n@handler('a')\nasync def two(c, p): ...\n",
            "kind 'a' has two handlers",
        ),
        (
            "ours",
            "from openhands_testgen import handler\n@handler('noop')\nasync def one(c, p): ...\n",
            'kind "noop" is one of ours',
        ),
    ],
)
def test_a_module_without_handlers_is_refused_with_its_reason(
    cli: Cli, name: str, text: str | None, reason: str
) -> None:
    if text is not None:
        (cli.project / f"{name}.py").write_text(text)
    refused = cli("worker", "--handlers", name)
    assert refused.returncode == 2, refused.stderr
    assert reason in refused.stderr
    assert "@openhands_testgen.handler(KIND)" in refused.stderr


def test_tasks_that_require_a_label_wait_for_a_worker_that_has_it(cli: Cli) -> None:
    anywhere, special = submitted(cli, ("noop", {}, []), ("noop", {}, ["gpu", "linux"]))
    cli("worker", "--exit-when-idle")
    assert cli.json("status", anywhere)["status"] == "completed"
    assert cli.json("status", special)["status"] == "queued"
    cli("worker", "--labels", "gpu", "--exit-when-idle")
    assert cli.json("status", special)["status"] == "queued"
    worked = cli("worker", "--labels", "linux,gpu,x86", "--exit-when-idle")
    assert "with gpu,linux,x86 for" in worked.stderr
    assert cli.json("status", special)["status"] == "completed"


def test_a_command_whose_task_nobody_could_run_says_which_labels_are_missing(cli: Cli) -> None:
    refused = cli("generate", "src/shop/pricing.py", "--requires", "gpu")
    assert refused.returncode == 3, refused.stderr
    assert "no worker with the labels gpu runs generate_tests/local" in refused.stderr
    assert "openhands-testgen worker --labels gpu" in refused.stderr


def test_a_submission_waits_for_labels_and_says_so(cli: Cli) -> None:
    done = cli("submit", "src/shop/pricing.py", "--requires", "gpu")
    assert done.returncode == 0, done.stderr
    assert "no worker with the labels gpu" in done.stderr
    assert cli.json("status", done.stdout.strip())["metadata"]["requires"] == ["gpu"]
    cli("cancel", done.stdout.strip())


def test_a_living_worker_is_shown_with_its_labels(cli: Cli) -> None:
    worker = cli.start("worker", "--labels", "gpu,linux", "--kinds", "generate_tests")
    worker.wait_for("workers? with gpu,linux for generate_tests/local")
    (shown,) = cli.json("workers")
    assert (shown["lanes"], shown["labels"]) == (["generate_tests/local"], ["gpu", "linux"])
    assert "generate_tests/local [gpu,linux]" in cli("workers").stdout
    worker.process.terminate()
    worker.finish()
