"""Which modules has a component, and where do their tests go? Each has a file of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_PROJECT_MARKS = ("pyproject.toml", "setup.cfg", "setup.py", ".git")


def find_modules(component: Path) -> tuple[list[Path], list[str]]:
    """Every ``*.py`` below the component, sorted; no ``test_*``, nothing in ``__pycache__``.

    Folders behind links are not looked into. A link to nothing is a module: its task will say so.

    Returns:
        The modules, and for each folder that could not be read why.
    """
    refusals: list[str] = []

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            refusals.append(f"{error.filename} cannot be searched: {error.strerror}")

    modules = sorted(
        Path(folder) / name
        for folder, _, names in os.walk(component, onerror=note)
        for name in names
        if name.endswith(".py")
        and not name.startswith("test_")
        and "__pycache__" not in Path(folder).parts
    )
    return modules, refusals


def test_files(component: Path, modules: Iterable[Path], root: Path | None) -> dict[Path, Path]:
    """The test file of each module: ``<component>/../../tests/test_<stem>.py``.

    Where that folder lies outside of the project `root`, it is the project's own ``tests``. Of
    several modules with one stem, in the component or in those beside it, the first in sorted
    order has the plain name; each other is called after its folders too.
    """
    folder = _tests_folder(component, root)
    base = component.resolve().parent
    taken: dict[str, Path] = {}
    files: dict[Path, Path] = {}
    wanted = {located(module): module for module in modules}
    stems = {path.stem for path in wanted}
    for path in sorted({*wanted, *_beside(base, component.resolve(), stems)}):
        name = _free_name(path.relative_to(base), taken)
        taken[name.casefold()] = path
        if path in wanted:
            files[wanted[path]] = folder / name
    return files


def located(path: Path) -> Path:
    """Where a file is, without links on the way to it."""
    return path.parent.resolve() / path.name


def _tests_folder(component: Path, root: Path | None) -> Path:
    folder = component.parent.parent / "tests"
    if ".." in folder.parts or component.parent == component.parent.parent:
        folder = component.resolve().parent.parent / "tests"
    is_inside = root is None or folder.resolve().is_relative_to(root)
    return folder if root is None or is_inside else root / "tests"


def _free_name(path: Path, taken: Mapping[str, Path]) -> str:
    """``test_util.py``, else ``test_shop_util.py``, else the same with a number."""
    plain = f"test_{path.stem}"
    if f"{plain}.py".casefold() not in taken:
        return f"{plain}.py"
    qualified = "_".join(["test", *path.with_suffix("").parts])
    number = 1
    name = f"{qualified}.py"
    while name.casefold() in taken:
        number += 1
        name = f"{qualified}_{number}.py"
    return name


def _beside(base: Path, own: Path, stems: set[str]) -> Iterator[Path]:
    """Modules of the components beside this one, whose tests go to the same folder."""
    if any((base / mark).exists() for mark in _PROJECT_MARKS):
        return  # what lies beside it are the project's other folders
    for folder, folders, names in os.walk(base):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in ("__pycache__", "node_modules")
            and here / name != own
            and not os.path.exists(here / name / "pyvenv.cfg")  # noqa: PTH110 (False without a right)
        )
        if here == base:
            continue  # modules of no component
        for name in names:
            path = here / name
            if path.suffix == ".py" and path.stem in stems and not name.startswith("test_"):
                yield path
