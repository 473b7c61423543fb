"""A small project, and an environment without settings of the machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

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
        "OPENHANDS_PROJECT_PYTHON": sys.executable,
    }


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
