"""Which modules are tests generated for? Twelve real ones of as many packages, all pinned."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

MODULES = (
    "inflection",
    "humanize.number",
    "slugify.slugify",
    "semver.version",
    "docstring_parser.google",
    "networkx.algorithms.tree.coding",
    "aiolimiter.leakybucket",
    "cachetools",
    "textdistance.algorithms.edit_based",
    "toolz.dicttoolz",
    "boltons.fileutils",
    "isodate.isoduration",
)


@dataclass(frozen=True)
class Project:
    """A copy of a package's source, as its own developers have it, with one module to test."""

    root: Path
    module: str
    path: str

    @property
    def file(self) -> Path:
        """The module."""
        return self.root / self.path

    @property
    def text(self) -> str:
        """The module as it came."""
        return self.file.read_text(encoding="utf-8")


def make_project(module: str, packages: Path, root: Path) -> Project:
    """Copies the top-level package of a module, without its own tests, from an environment."""
    top = module.partition(".")[0]
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text(f'[project]\nname = "{top}"\nversion = "0"\n')
    if (packages / f"{top}.py").exists():
        shutil.copy(packages / f"{top}.py", root)
    else:
        unwanted = shutil.ignore_patterns("__pycache__", "tests")
        shutil.copytree(packages / top, root / top, ignore=unwanted)
    path = Path(*module.split("."))
    plain = path.with_suffix(".py")
    found = plain if (root / plain).exists() else path / "__init__.py"
    return Project(root, module, str(found))


def copy_project(project: Project, root: Path, tests: Path | None) -> Project:
    """A fresh copy, with a test file in place of all others."""
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    if tests is not None:
        (root / "tests").mkdir()
        shutil.copy(tests, root / "tests" / tests.name)
    return Project(root, project.module, project.path)
