"""An example program, imported; a project for it; attempts that follow a script."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from openhands_testgen.testing import Testbed

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def project(empty_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty project with two modules; tasks live in memory."""
    monkeypatch.setenv("OPENHANDS_STORE", "memory:")
    (empty_project / "src/shop").mkdir(parents=True)
    for name in ("cart", "stock"):
        (empty_project / f"src/shop/{name}.py").write_text("def double(n):\n    return 2 * n\n")
    return empty_project


@pytest.fixture
def testbed(project: Path) -> Iterator[Testbed]:
    """Attempts follow a script: without one, all succeed."""
    with Testbed() as stands:
        yield stands


@pytest.fixture
def example() -> Callable[[str], ModuleType]:
    """Imports an example by its name, anew each time."""

    def load(name: str) -> ModuleType:
        specification = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    return load
