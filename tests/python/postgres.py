"""The PostgreSQL that tests bring along: one that is named, else one that ends with them."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

GIVEN = "OPENHANDS_TESTGEN_TEST_POSTGRES"
SCRIPT = Path(__file__).parents[2] / "scripts/postgres_cluster.sh"


def left_out(reason: str) -> NoReturn:
    """Leaves the test out, aloud; where CI is set that is a failure."""
    reason = f"no PostgreSQL: {reason}; see scripts/postgres.sh"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server in which databases may be made."""
    if given := os.environ.get(GIVEN):
        yield given.rstrip("/")
        return
    # Of a session of its own: what ends the tests closes the pipe, and so ends it too.
    server = subprocess.Popen(
        ["sh", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stderr is not None
    address = server.stdout.readline().strip()
    if not address:
        left_out(server.stderr.read().strip())
    yield address
    server.stdin.close()
    server.wait(timeout=60)
    server.stdout.close()
    server.stderr.close()


def tool(name: str) -> str:
    """A program of PostgreSQL: on PATH, else the newest that a package brought."""
    packaged = sorted(str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = [program for program in (*packaged, shutil.which(name)) if program]
    return found[-1] if found else left_out(f"there is a server, and no {name}")


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The address of an empty database, with a password in it that nothing may show."""
    name = f"otg_{uuid.uuid4().hex}"
    maintenance = ["--maintenance-db", f"{postgres_server}/postgres"]
    subprocess.run([tool("createdb"), *maintenance, name], check=True)
    user, _, place = postgres_server.removeprefix("postgres://").rpartition("@")
    user = user if ":" in user else f"{user}:canary-password-0123456789"
    yield f"postgres://{user}@{place}/{name}"
    subprocess.run([tool("dropdb"), *maintenance, "--force", name], check=True)
