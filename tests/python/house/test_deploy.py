"""`deploy/compose.yaml` says only what this release understands, and holds no password."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openhands_testgen import _core

from ..postgres import tool

ROOT = Path(__file__).parents[3]
COMPOSE = ROOT / "deploy/compose.yaml"
DOCKERFILE = ROOT / "deploy/Dockerfile"
COMMAND = Path(sys.executable).with_name("openhands-testgen")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
OF_POSTGRES = {"PGPASSWORD"}
"""What the address of a database leaves open may come from these."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    services: dict[str, dict[str, Any]] = compose["services"]
    return {name: service for name, service in services.items() if "build" in service}


def texts(value: object) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def filled_in(text: str, given: dict[str, str]) -> str:
    """A text with its variables, as compose fills them in."""

    def value(match: re.Match[str]) -> str:
        name, how, default = match.groups()
        if given.get(name):
            return given[name]
        assert how != "?", f"{name} is not given"
        return default or ""

    return VARIABLE.sub(value, text)


def run(
    arguments: list[str], service: dict[str, Any], environment: dict[str, str], **given: str
) -> subprocess.CompletedProcess[str]:
    """Runs our command as a service would."""
    said = {name: filled_in(value, given) for name, value in service["environment"].items()}
    return subprocess.run(
        [COMMAND, *arguments],
        env=environment | said,
        cwd=given["TESTGEN_PROJECTS"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_every_variable_of_ours_is_a_setting(ours: dict[str, dict[str, Any]]) -> None:
    known = {*_core.setting_variables().values(), *OF_POSTGRES}
    assert set(ours) == {"migrate", "worker"}
    for name, service in ours.items():
        assert set(service["environment"]) <= known, name


def test_every_command_of_ours_is_one(ours: dict[str, dict[str, Any]]) -> None:
    for name, service in ours.items():
        parsed = subprocess.run(
            [COMMAND, *service["command"], "--help"], capture_output=True, text=True, check=False
        )
        assert parsed.returncode == 0, (name, parsed.stderr)
    refused = subprocess.run([COMMAND, "wroker", "--help"], capture_output=True, check=False)
    assert refused.returncode == 2


def test_every_value_holds_and_the_commands_do_what_they_are_for(
    ours: dict[str, dict[str, Any]], project: Path, environment: dict[str, str], postgres: str
) -> None:
    given = {"OPENHANDS_STORE": postgres, "TESTGEN_PASSWORD": "x", "TESTGEN_PROJECTS": str(project)}
    early = run(["list"], ours["worker"], environment, **given)
    assert (early.returncode, "openhands-testgen migrate" in early.stderr) == (3, True)

    migrated = run(ours["migrate"]["command"], ours["migrate"], environment, **given)
    assert migrated.returncode == 0, migrated.stderr
    submitted = run(["submit", "src/shop/pricing.py"], ours["worker"], environment, **given)
    assert submitted.returncode == 0, submitted.stderr
    worker = [*ours["worker"]["command"], "--exit-when-idle"]
    worked = run(worker, ours["worker"], environment, **given)
    assert worked.returncode == 0, worked.stderr
    left = run(["results", submitted.stdout.strip()], ours["worker"], environment, **given)
    assert left.returncode == 0, left.stderr


def test_no_password_stands_in_it(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|KEY|SECRET|TOKEN", name):
                match = VARIABLE.fullmatch(value)
                assert match is not None, name
                assert match[2] == "?" or match[3] == "", name
    for text in texts(compose):
        assert not re.search(r"://[^/@\s]*:[^/@\s]*@", text), text


def test_workers_wait_for_the_schema_and_the_schema_for_a_healthy_database(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    waits = services["worker"]["depends_on"]["migrate"]["condition"]
    assert waits == "service_completed_successfully"
    assert services["postgres"]["healthcheck"]["test"][1] == "pg_isready"
    volumes = {text.split(":")[0] for text in services["postgres"]["volumes"]}
    assert volumes == set(compose["volumes"])


def test_every_parameter_of_the_database_is_one(compose: dict[str, Any], postgres: str) -> None:
    program, *options = compose["services"]["postgres"]["command"]
    assert program == "postgres"
    asked = subprocess.run(
        [tool("psql"), "-qAt", postgres, "-c", "SELECT name FROM pg_settings"],
        capture_output=True,
        text=True,
        check=True,
    )
    named = {option.removeprefix("--").partition("=")[0] for option in options}
    assert named <= set(asked.stdout.split())


def test_the_image_starts_the_command_and_is_made_from_what_is_there() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert 'ENTRYPOINT ["openhands-testgen"]' in text
    assert "USER testgen" in text and "bubblewrap" in text
    needed = re.search(r'requires = \["(maturin[^"]*)"\]', (ROOT / "pyproject.toml").read_text())
    assert needed is not None and needed[1] in text
    rust = re.search(r'rust-version = "([\d.]+)"', (ROOT / "Cargo.toml").read_text())
    assert rust is not None and f"rust:{rust[1]}-" in text
    kept = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text().splitlines()
    for line in kept:
        if line.startswith("!"):
            assert (ROOT / line.removeprefix("!")).exists(), line


def test_the_page_on_scaling_shows_it() -> None:
    page = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert shown == COMPOSE.read_text(encoding="utf-8")
