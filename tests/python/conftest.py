"""A small project, and an environment without settings of the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .agent_server import AgentServer
from .postgres import postgres as postgres
from .postgres import postgres_server as postgres_server

BARE_PYTHON = os.environ.get("OTG_TEST_PYTHON", sys.executable)
"""The interpreter of the projects that tests make: `make test` names one without the plug-ins of
this suite, which would take two seconds of every run of pytest."""

PRICING = '''
"""Prices of an order."""


class EmptyOrder(ValueError):
    """There is nothing to pay."""


def discount(total: int, is_member: bool = False) -> int:
    """Percent off an order, by its total."""
    if total < 0:
        raise ValueError("total must not be negative")
    percent = 0
    if total >= 100:
        percent = 5
    if is_member:
        percent += 10
    return percent


def total_price(prices: list[int]) -> int:
    """The sum of all prices."""
    if not prices:
        raise EmptyOrder("no prices")
    return sum(prices)
'''


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a child: nothing of ours in it but the interpreter and the agent."""
    ours = ("OPENHANDS_", "LLM_", "OPENROUTER_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    for name in ("VIRTUAL_ENV", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        kept.pop(name, None)
    return kept | {
        "OPENHANDS_AGENT": "local",
        "OPENHANDS_ENV_FILE": "",
        "OPENHANDS_PROJECT_PYTHON": BARE_PYTHON,
    }


@pytest.fixture
def empty_project(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An empty project as working directory; no setting comes from the machine."""
    for name in set(os.environ) - set(environment):
        monkeypatch.delenv(name)
    for name in set(environment) - set(os.environ):
        monkeypatch.setenv(name, environment[name])
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "example"\nversion = "1"\n')
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one module, `src/shop/pricing.py`."""
    root = tmp_path / "project"
    package = root / "src/shop"
    package.mkdir(parents=True)
    (root / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\n\n'
        '[tool.pytest.ini_options]\npythonpath = ["src"]\n'
    )
    (package / "__init__.py").touch()
    (package / "pricing.py").write_text(PRICING.lstrip())
    return root


@pytest.fixture
def agent_server() -> Iterator[AgentServer]:
    """An agent server whose agent does as the test says."""
    ours = AgentServer()
    server = ours.start()
    yield ours
    server.shutdown()
    server.server_close()
