"""What do the fixtures of the pytest plug-in begin with? A project, an environment, a generator."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from ..config import OpenHandsIntegrationConfig
from ..generator import OpenHandsTestGenerator

_OURS = ("OPENHANDS_", "OPENROUTER_", "LLM_")
_OF_PLACES = ("OPENHANDS_STORE", "OPENHANDS_WORKSPACE_ROOT")
_PYPROJECT = """[project]
name = "suite"
version = "1"

[tool.pytest.ini_options]
pythonpath = ["src", "."]
"""
_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".pytest_cache", "openhands_workspace"
)


@dataclass(frozen=True)
class Terms:
    """What the marker of a test says."""

    project: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    hurry: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> Terms:
        """Those of a test; what stands nearer to it wins."""
        said: dict[str, Any] = {}
        for marker in reversed(list(request.node.iter_markers("testgen"))):
            if marker.args:
                raise pytest.UsageError(f"testgen takes keywords only, not {marker.args!r}")
            said |= marker.kwargs
        own = {name: said.pop(name) for name in ("project", "files", "hurry") if name in said}
        return cls(**own, settings=said)


def agent_of(request: pytest.FixtureRequest) -> str:
    """The choice of ``--testgen-agent``."""
    return str(request.config.getoption("--testgen-agent"))


def is_scripted(request: pytest.FixtureRequest) -> bool:
    """Whether the agents play a script."""
    return agent_of(request) == "scripted"


def make_project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A project of the test's own, and an environment that means it."""
    terms = Terms.of(request)
    root = tmp_path / "testgen_project"
    if terms.project is None:
        root.mkdir()
    else:
        shutil.copytree(request.config.rootpath / terms.project, root, ignore=_NOT_COPIED)
    if not (root / "pyproject.toml").exists():
        (root / "pyproject.toml").write_text(_PYPROJECT, encoding="utf-8")
    for name, text in terms.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    _set_environment(agent_of(request), root, monkeypatch)
    return root


def _set_environment(agent: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An agent that needs a key or a server is told of them by the machine.
    needs_machine = agent not in ("scripted", "local")
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        if name in _OF_PLACES or not needs_machine:
            monkeypatch.delenv(name)
    variables = {
        "OPENHANDS_ENV_FILE": "",
        "OPENHANDS_STORE": "memory:",
        "OPENHANDS_PROJECT_ROOT": str(root),
        "OPENHANDS_PROJECT_PYTHON": sys.executable,
        "OPENHANDS_AGENT": "local" if agent == "scripted" else agent,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def make_generator(request: pytest.FixtureRequest) -> OpenHandsTestGenerator:
    """A generator with the settings of the marker, its engine open."""
    config = OpenHandsIntegrationConfig.from_env(**Terms.of(request).settings)
    generator = OpenHandsTestGenerator(config)
    generator._engine.start_here()
    return generator
