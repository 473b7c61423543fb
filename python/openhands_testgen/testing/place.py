"""Where does a test work? In a temporary project: a new one, or a copy, with files of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from .terms import Terms

_PYPROJECT = """[project]
name = "suite"
version = "1"

[tool.pytest.ini_options]
pythonpath = ["src", "."]
"""
_NOT_COPIED = (".git", ".venv", "__pycache__", ".pytest_cache", "openhands_workspace")


def make_project(terms: Terms, rootdir: Path, folder: Path) -> Path:
    """A project of a test's own, below `folder`."""
    root = folder / "testgen_project"
    if terms.project is None:
        root.mkdir()
    else:
        _copy(rootdir / terms.project, root, terms.project)
    if not (root / "pyproject.toml").exists():
        (root / "pyproject.toml").write_text(_PYPROJECT, encoding="utf-8")
    for name, text in terms.files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise pytest.UsageError(f"testgen: files: {name!r}: {reason}") from error
    return root


def _copy(source: Path, root: Path, named: str) -> None:
    if not source.is_dir():
        message = f"{named!r} is no folder; it is looked for in pytest's rootdir, {source}"
        raise pytest.UsageError(f"testgen: project: {message}")

    def left_out(folder: str, names: list[str]) -> list[str]:
        here = Path(folder)
        return [name for name in names if name in _NOT_COPIED or _leads_nowhere(here / name)]

    shutil.copytree(source, root, ignore=left_out)


def _leads_nowhere(path: Path) -> bool:
    """Whether it is a link to nothing, or to a folder that it lies in."""
    if not path.is_symlink():
        return False
    return not path.exists() or path.parent.resolve().is_relative_to(path.resolve())
