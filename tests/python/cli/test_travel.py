"""Projects that travel: packed at submission, tested elsewhere, and the tests come back."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
)

from .conftest import Cli

MODULE, TESTS = "src/shop/pricing.py", "tests/shop/test_pricing.py"


@pytest.fixture
def elsewhere(cli: Cli, tmp_path: Path) -> Cli:
    """Another machine on the same store: it has an interpreter and no project."""
    cli.environment["OPENHANDS_STORE"] = f"sqlite:{tmp_path / 'shared.db'}"
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    environment = cli.environment | {"OPENHANDS_PROJECT_PYTHON": sys.executable}
    cli.environment |= {"OPENHANDS_PROJECT_TRANSFER": "snapshot", "OPENHANDS_WORKERS": "0"}
    return Cli(empty, environment)


@pytest.fixture(params=["file", "database"])
def any_store(request: pytest.FixtureRequest, cli: Cli, elsewhere: Cli) -> Iterator[None]:
    """Both machines use a file that they share, or a database."""
    file = cli.environment["OPENHANDS_STORE"]
    if request.param == "database":
        address = request.getfixturevalue("postgres")
        cli.environment["OPENHANDS_STORE"] = elsewhere.environment["OPENHANDS_STORE"] = address
    yield
    cli.environment["OPENHANDS_STORE"] = file


def submitted(cli: Cli, *arguments: str) -> str:
    """The id of a task that nobody works yet."""
    done = cli("submit", MODULE, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def worked_without_the_project(cli: Cli, elsewhere: Cli) -> None:
    """Has the other machine run what waits, while the project is out of its reach."""
    away = cli.project.with_name("away")
    cli.project.rename(away)
    try:
        done = elsewhere("worker", "--exit-when-idle")
    finally:
        away.rename(cli.project)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("any_store")
def test_the_tests_of_a_project_that_travelled_are_put_into_it_by_who_reads_the_result(
    cli: Cli, elsewhere: Cli
) -> None:
    task = submitted(cli)
    worked_without_the_project(cli, elsewhere)
    assert not (cli.project / TESTS).exists(), "nobody who has the project has read it yet"

    result = cli.json("results", task)

    assert result["success"], result
    text = (cli.project / TESTS).read_text()
    assert text.endswith(result["result"]["files"][-1]["source"])
    run = [sys.executable, "-m", "pytest", "-q", TESTS]
    assert os.system(f"cd {cli.project} && {' '.join(run)} > /dev/null") == 0
    assert [entry.name for entry in elsewhere.project.iterdir()] == ["openhands_workspace"]


def test_what_was_delivered_once_is_the_users_own(cli: Cli, elsewhere: Cli) -> None:
    task = submitted(cli)
    worked_without_the_project(cli, elsewhere)
    cli("results", task)
    (cli.project / TESTS).write_text("# mine now\n")
    assert cli.json("results", task)["success"]
    assert (cli.project / TESTS).read_text() == "# mine now\n"


def test_a_file_that_appeared_meanwhile_is_not_overwritten(cli: Cli, elsewhere: Cli) -> None:
    task = submitted(cli)
    worked_without_the_project(cli, elsewhere)
    (cli.project / TESTS).parent.mkdir(parents=True, exist_ok=True)
    (cli.project / TESTS).write_text("# mine\n")
    result = cli.json("results", task)
    assert (result["success"], result["error_kind"]) == (False, "config")
    assert "was not written by openhands-testgen" in result["error"]
    assert (cli.project / TESTS).read_text() == "# mine\n"
    (cli.project / TESTS).unlink()
    assert cli.json("results", task)["success"], "once it is out of the way"
    assert (cli.project / TESTS).exists()


def test_another_project_on_the_same_store_gets_no_files(
    cli: Cli, elsewhere: Cli, tmp_path: Path
) -> None:
    task = submitted(cli)
    worked_without_the_project(cli, elsewhere)
    other = tmp_path / "other"
    shutil.copytree(cli.project, other, ignore=shutil.ignore_patterns("openhands_workspace"))
    result = Cli(other, cli.environment).json("results", task)
    assert result["success"], result
    assert not (other / TESTS).exists()


def test_the_process_that_submitted_gets_the_tests_without_reading_the_result(
    cli: Cli, elsewhere: Cli
) -> None:
    async def main() -> None:
        config = OpenHandsIntegrationConfig(
            project_root=cli.project,
            store=cli.environment["OPENHANDS_STORE"],
            project_transfer="snapshot",
            workers=0,
        )
        async with OpenHandsTestGenerator(config) as generator:
            await generator.submit_test_generation_task(MODULE)
            await asyncio.to_thread(elsewhere, "worker", "--exit-when-idle")
            async with asyncio.timeout(60):
                while not (cli.project / TESTS).exists():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    asyncio.run(main())


def test_a_project_is_packed_as_it_is_at_each_submission(cli: Cli, elsewhere: Cli) -> None:
    before = submitted(cli)
    module = cli.project / MODULE
    module.write_text(module.read_text() + "\n\ndef fresh(n: int) -> int:\n    return n + 1\n")
    after = submitted(cli, "--output", "tests/test_after.py")
    worked_without_the_project(cli, elsewhere)
    sources = [cli.json("results", task)["result"]["source_sha256"] for task in (before, after)]
    assert sources[0] != sources[1]
    assert "fresh" in (cli.project / "tests/test_after.py").read_text()
    assert "fresh" not in (cli.project / TESTS).read_text()


def test_the_same_key_is_the_same_task_though_the_project_was_written_meanwhile(
    cli: Cli, elsewhere: Cli
) -> None:
    first = submitted(cli, "--idempotency-key", "nightly")
    worked_without_the_project(cli, elsewhere)
    assert cli.json("results", first)["success"]
    assert submitted(cli, "--idempotency-key", "nightly") == first
    refused = cli("submit", MODULE, "--coverage", "50", "--idempotency-key", "nightly")
    assert "asks for something else" in refused.stderr


def test_a_failed_task_is_tried_again_with_the_project_as_it_was(cli: Cli, elsewhere: Cli) -> None:
    module = cli.project / MODULE
    good = module.read_text()
    module.write_text("def broken(:\n")
    task = submitted(cli)
    worked_without_the_project(cli, elsewhere)
    assert cli.json("results", task)["error_kind"] == "invalid_module"
    module.write_text(good)
    again = cli.json("retry", task)["task_id"]
    worked_without_the_project(cli, elsewhere)
    assert cli.json("results", again)["error_kind"] == "invalid_module", "as it was packed"


def test_a_project_that_is_too_large_to_travel_is_refused_with_the_remedy(
    cli: Cli, elsewhere: Cli
) -> None:
    del elsewhere
    (cli.project / "noise.bin").write_bytes(os.urandom(1_200_000))
    cli.environment["OPENHANDS_SNAPSHOT_LIMIT_MB"] = "1"
    refused = cli("submit", MODULE)
    assert refused.returncode != 0
    assert "more than the 1000000 that may travel" in refused.stderr
    assert "snapshot_limit_mb" in refused.stderr
    assert cli.json("list")["tasks"] == []


def test_a_worker_without_the_project_says_how_it_could_travel(cli: Cli, elsewhere: Cli) -> None:
    cli.environment["OPENHANDS_PROJECT_TRANSFER"] = "path"
    task = submitted(cli)
    worked_without_the_project(cli, elsewhere)
    result = cli.json("results", task)
    assert result["error_kind"] == "environment"
    assert "`project_transfer` to snapshot" in result["error"]


def test_links_and_executables_travel_and_secrets_and_what_leads_outside_do_not(
    cli: Cli, elsewhere: Cli, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for others")
    (cli.project / "inside").symlink_to(MODULE)
    (cli.project / "absolute").symlink_to(cli.project / MODULE)
    (cli.project / "outside").symlink_to(secret)
    (cli.project / ".env").write_text("LLM_API_KEY=some-key-of-a-test")
    (cli.project / "deploy.key").write_text("some key of a test")
    (cli.project / "run.sh").write_text("#!/bin/sh\n")
    (cli.project / "run.sh").chmod(0o755)
    submitted(cli)
    worked_without_the_project(cli, elsewhere)
    (unpacked,) = (elsewhere.project / "openhands_workspace/.parcels").iterdir()
    assert (unpacked / "inside").read_text() == (cli.project / MODULE).read_text()
    assert (unpacked / "absolute").read_text() == (cli.project / MODULE).read_text()
    assert not (unpacked / "outside").is_symlink()
    assert os.access(unpacked / "run.sh", os.X_OK)
    assert not (unpacked / ".env").exists()
    assert not (unpacked / "deploy.key").exists()


def test_changes_of_an_agent_are_not_applied_to_a_project_that_travels(project: Path) -> None:
    async def main() -> None:
        config = OpenHandsIntegrationConfig(
            store="memory:",
            project_root=project,
            project_transfer="snapshot",
            server_url="http://127.0.0.1:9",
            llm_model="openai/model",
            llm_api_key="some-key-of-a-test",
            agent="server",
        )
        async with OpenHandsTestGenerator(config) as generator:
            with pytest.raises(InvalidRequestError, match="apply: the project travels"):
                await generator.submit_agent_task("tidy up", apply=True)

    asyncio.run(main())
