"""What does the project say of its workflow? `[tool.openhands-testgen.workflow]` of pyproject.toml.

The settings of test generation itself are elsewhere, in `openhands_testgen.config`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..exceptions import ConfigurationError

COMMANDS = ("testing", "refactoring", "staging_deployment", "production_deployment")
"""The stages that run a command, in their order."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_command(value: object) -> bool:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words:
        return False
    return all(isinstance(word, str) for word in words) and bool(words[0].strip())


_NUMBER: tuple[Callable[[object], bool], str] = (_is_number, "a number, 0 or more")
_RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(COMMANDS, (_is_command, "a command: a text, or a list of words")),
    "coverage_threshold": _NUMBER,
    "timeout_seconds": _NUMBER,
    "poll_interval_seconds": _NUMBER,
    "command_timeout_seconds": _NUMBER,
    "enable_openhands": (lambda value: isinstance(value, bool), "true or false"),
}


def workflow_settings(project_root: Path) -> dict[str, Any]:
    """The table, checked; empty where there is none.

    Raises:
        ConfigurationError: The file cannot be read, or an entry is not what it must be.
    """
    file = project_root / "pyproject.toml"
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"pyproject.toml ({file}): {error}") from error
    table: object = document
    for key in ("tool", "openhands-testgen", "workflow"):
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise ConfigurationError(f"tool.openhands-testgen.workflow in {file} is not a table")
    for name, value in table.items():
        _check(name, value, file)
    return dict(table)


def _check(name: str, value: object, file: Path) -> None:
    where = f"from tool.openhands-testgen.workflow in {file}"
    if name not in _RULES:
        known = ", ".join(_RULES)
        raise ConfigurationError(f"{name} is not known, {where}: known are {known}")
    holds, expected = _RULES[name]
    if not holds(value):
        raise ConfigurationError(f"{name} must be {expected}, not {value!r}, {where}")
