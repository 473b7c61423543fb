"""A project without settings of the machine, with everything on `memory:`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig
from openhands_testgen.engine import ExecutionEngine
from openhands_testgen.testing import Testbed


@pytest.fixture
def project(empty_project: Path) -> Path:
    """The empty project."""
    return empty_project


@pytest.fixture
def own_engines(project: Path) -> Iterator[None]:
    """No engine of another test is shared, and none outlives this one."""
    with Testbed(scripted=False):
        yield


@pytest.fixture
def engine(own_engines: None) -> ExecutionEngine:
    """One on a store in memory, without workers: what is submitted waits."""
    return ExecutionEngine(OpenHandsIntegrationConfig(store="memory:"), 3, 0)
