"""How is a workflow shown on a pull request? As annotations, in the words of GitHub's runner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .results import WorkflowResult
from .summary import module_line


def lines(result: WorkflowResult) -> Iterator[str]:
    """One annotation for each stage that failed and for each module."""
    for name in result.stages_failed:
        errors = result.stage_results[name].errors or ["no reason was given"]
        yield from (_annotation("error", f"stage {name}", error) for error in errors)
    for one in result.openhands_results:
        level, title = ("notice", "tests generated") if one["success"] else ("error", "no tests")
        yield _annotation(level, title, module_line(one), one["module_path"])


def error_line(message: str) -> str:
    """The annotation of a command that could not do what it was asked."""
    return _annotation("error", "openhands-testgen", message)


def _annotation(level: str, title: str, message: str, module: str | None = None) -> str:
    place = "" if module is None else f"file={_property(_from_checkout(module))},"
    return f"::{level} {place}title={_property(title)}::{_data(message)}"


def _from_checkout(module: str) -> str:
    """The module from the root of the checkout, which may lie above the project."""
    checkout = os.environ.get("GITHUB_WORKSPACE")
    root = os.environ.get("OPENHANDS_PROJECT_ROOT")
    if not checkout or not root:
        return module
    path = (Path(root) / module).resolve()
    base = Path(checkout).resolve()
    return str(path.relative_to(base)) if path.is_relative_to(base) else module


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
