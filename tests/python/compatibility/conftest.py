"""A project without settings of the machine, with everything on `memory:`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig
from openhands_testgen.engine import ExecutionEngine
from openhands_testgen.testing import Testbed


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as working directory."""
    for name in list(os.environ):
        if name.startswith(("OPENHANDS_", "LLM_", "OPENROUTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OPENHANDS_ENV_FILE", "")
    monkeypatch.setenv("OPENHANDS_AGENT", "local")
    monkeypatch.setenv("OPENHANDS_PROJECT_PYTHON", sys.executable)
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "example"\nversion = "1"\n')
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def own_engines(project: Path) -> Iterator[None]:
    """No engine of another test is shared, and none outlives this one."""
    with Testbed(scripted=False):
        yield


@pytest.fixture
def engine(own_engines: None) -> ExecutionEngine:
    """One on a store in memory, without workers: what is submitted waits."""
    return ExecutionEngine(OpenHandsIntegrationConfig(store="memory:"), 3, 0)
