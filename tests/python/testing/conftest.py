"""A testbed, and a generator on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import Testbed


@pytest.fixture
def testbed() -> Iterator[Testbed]:
    with Testbed() as testbed:
        yield testbed


@pytest.fixture
def generator(testbed: Testbed, project: Path) -> OpenHandsTestGenerator:
    del testbed
    config = OpenHandsIntegrationConfig(project_root=project, store="memory:", agent="local")
    return OpenHandsTestGenerator(config)
