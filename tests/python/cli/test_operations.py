"""What an operator asks of a store: `migrate`, stores that are only read, bounds."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..postgres import tool

if TYPE_CHECKING:
    from .conftest import Cli

OUTDATED = 8

LOOKS_ON = """
import asyncio, sys
from openhands_testgen import OpenHandsTestGenerator, StoreError
from openhands_testgen import OpenHandsIntegrationConfig as Config


async def main():
    async with OpenHandsTestGenerator(Config.from_env()) as generator:
        print((await generator.get_task_status(sys.argv[1]))["status"])
        try:
            await generator.submit_test_generation_task("src/shop/pricing.py")
        except StoreError as error:
            print(error)


asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'tasks.db'}"
    address: str = request.getfixturevalue("postgres")
    return address


def make_old(store: str) -> None:
    """Takes the newest step away, as a release before this one left it."""
    undo = (
        "ALTER TABLE {0}feed_owner DROP COLUMN followed_at; "
        "DELETE FROM {0}step WHERE version = 10; DELETE FROM {1} WHERE version = 10"
    )
    if store.startswith("sqlite:"):
        with sqlite3.connect(store.removeprefix("sqlite:")) as connection:
            connection.executescript(undo.format("", "_sqlx_migrations"))
        return
    statement = undo.format("testgen.", "testgen.migration")
    subprocess.run([tool("psql"), "-q", store, "-c", statement], check=True)


def test_a_check_says_what_would_be_applied_and_migrate_applies_it(cli: Cli, store: str) -> None:
    place = ["--store", store]
    for _ in range(2):
        checked = cli("migrate", "--check", *place)
        assert checked.returncode == OUTDATED, checked.stderr
        assert "no schema there" in checked.stdout
        assert "missing 0010 following" in checked.stdout
        assert "openhands-testgen migrate" in checked.stderr
    done = cli("migrate", *place)
    assert (done.returncode, "applied 0010 following" in done.stdout) == (0, True), done.stderr
    again = cli.json("migrate", "--check", *place)
    assert (again["up_to_date"], again["found"], again["release"]) == (True, 10, 10)
    assert again["missing"] == again["applied"] == []
    assert "canary-password" not in checked.stdout + checked.stderr + done.stdout + str(again)


def test_an_old_schema_is_migrated_by_the_command_where_nobody_else_may(
    cli: Cli, store: str
) -> None:
    place = {"OPENHANDS_STORE": store, "OPENHANDS_STORE_MIGRATE": "never"}
    assert cli("migrate", cwd=None, **place).returncode == 0
    make_old(store)
    refused = cli("list", cwd=None, **place)
    assert refused.returncode == 3
    assert "openhands-testgen migrate" in refused.stderr
    checked = cli.json("migrate", "--check", **place)
    assert [step["version"] for step in checked["missing"]] == [10]
    assert checked["found"] == 9
    assert cli("migrate", cwd=None, **place).returncode == 0
    assert cli("list", cwd=None, **place).returncode == 0


def test_a_store_that_is_only_read_can_be_looked_at_and_nothing_else(
    cli: Cli, project: Path, store: str
) -> None:
    writing = {"OPENHANDS_STORE": store}
    module = "src/shop/pricing.py"
    submitted = cli("generate", module, "--json", cwd=None, **writing)
    assert submitted.returncode == 0, submitted.stderr
    task_id = cli.json("list", **writing)["tasks"][0]["task_id"]
    reading = writing | {"OPENHANDS_STORE_READ_ONLY": "1"}
    for verb in [
        ["status", task_id],
        ["results", task_id],
        ["watch", task_id],
        ["logs", task_id],
        ["list"],
        ["stats"],
        ["workers"],
    ]:
        looked = cli(*verb, cwd=None, **reading)
        assert looked.returncode == 0, (verb, looked.stderr)
    for verb in [
        ["submit", module],
        ["generate", module],
        ["cancel", task_id],
        ["worker"],
    ]:
        refused = cli(*verb, cwd=None, **reading)
        assert refused.returncode == 3, (verb, refused.stdout, refused.stderr)
        assert "OPENHANDS_STORE_READ_ONLY" in refused.stderr, verb
    doctor = cli("doctor", cwd=None, **reading)
    assert "OPENHANDS_STORE_READ_ONLY" in doctor.stdout

    program = subprocess.run(
        [sys.executable, "-c", LOOKS_ON, task_id],
        cwd=project,
        env=cli.environment | reading,
        capture_output=True,
        text=True,
        check=True,
    )
    status, refusal = program.stdout.splitlines()
    assert status == "completed"
    assert "OPENHANDS_STORE_READ_ONLY" in refusal
    assert len(cli.json("list", **writing)["tasks"]) == 1


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("OPENHANDS_STORE_CONNECTIONS", "1", "between 2 and 100"),
        ("OPENHANDS_STORE_CONNECT_SECONDS", "0", "between 1 and 300"),
        ("OPENHANDS_STORE_RETRY_SECONDS", "-1", "between 0 and 300"),
        ("OPENHANDS_STORE_STATEMENT_SECONDS", "4000", "between 1 and 3600"),
        ("OPENHANDS_STORE_LOCK_SECONDS", "soon", "between 0.1 and 3600"),
        ("OPENHANDS_STORE_IDLE_SECONDS", "0", "between 1 and 3600"),
        ("OPENHANDS_STORE_MIGRATE", "later", "one of auto, never"),
        ("OPENHANDS_STORE_READ_ONLY", "maybe", "true or false"),
    ],
)
def test_a_bound_that_does_not_hold_is_refused_with_its_range(
    cli: Cli, variable: str, value: str, expected: str
) -> None:
    refused = cli("list", cwd=None, **{variable: value})
    assert refused.returncode == 3
    assert expected in refused.stderr
    assert variable in refused.stderr


def test_nothing_is_made_by_a_check_in_a_project_without_a_store(cli: Cli, project: Path) -> None:
    assert cli("migrate", "--check").returncode == OUTDATED
    assert not os.path.lexists(project / "openhands_workspace/tasks.db")
