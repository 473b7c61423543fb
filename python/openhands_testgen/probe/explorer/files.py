"""What does a call do to the files below `tmp_path`? What a test asserts of it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from .literal import Literals
from .scenario import Scenario

MAX_FILES, MAX_TEXT = 6, 160
Contents = dict[str, str]
"""The text of each file, by its path below the folder."""


def contents(folder: Path) -> Contents | None:
    """Return what is in a folder; None if it is more, or other, than a test would show."""
    found: Contents = {}
    for path, _, names in os.walk(folder):
        for name in names:
            file = Path(path, name)
            if not file.is_file():
                continue
            try:
                text = _read(file)
            except (OSError, UnicodeDecodeError):
                return None
            found[file.relative_to(folder).as_posix()] = text
            if len(found) > MAX_FILES or len(text) > MAX_TEXT:
                return None
    return dict(sorted(found.items()))


def _read(file: Path) -> str:
    # No more than tells that it is too long: it may have no end.
    with open(file, encoding="utf-8") as opened:
        return opened.read(MAX_TEXT + 1)


def before_the_call(scenario: Scenario) -> Scenario:
    """Return the scenario that makes what a call gets, and does not call."""
    places = "".join(f"{{{index}}}, " for index in range(len(scenario.arguments)))
    return dataclasses.replace(scenario, template=f"({places})", statement=False)


def check(before: Contents | None, after: Contents | None, literals: Literals) -> str:
    """Return what to assert of the files after a call; empty if it changed none."""
    if before is None or after is None or before == after:
        return ""
    text = literals.write(after)
    return "" if text is None else f"files_below(tmp_path) == {text}"
