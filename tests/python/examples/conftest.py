"""An example program, imported; a project for it; attempts that follow a script."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from openhands_testgen.testing import Testbed

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two modules as working directory; no setting comes from the machine."""
    for name in list(os.environ):
        if name.startswith(("OPENHANDS_", "LLM_", "OPENROUTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OPENHANDS_ENV_FILE", "")
    monkeypatch.setenv("OPENHANDS_AGENT", "local")
    monkeypatch.setenv("OPENHANDS_PROJECT_PYTHON", sys.executable)
    monkeypatch.setenv("OPENHANDS_STORE", "memory:")
    root = tmp_path / "project"
    (root / "src/shop").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    for name in ("cart", "stock"):
        (root / f"src/shop/{name}.py").write_text("def double(n):\n    return 2 * n\n")
    monkeypatch.chdir(root)
    return root


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
