"""Which settings does a workflow have, and what may they be? Arguments, and the project's table.

The table is `[tool.openhands-testgen.workflow]` of pyproject.toml. The settings of test generation
itself are elsewhere, in `openhands_testgen.config`.
"""

from __future__ import annotations

import logging
import os
import shlex
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any

from ..exceptions import ConfigurationError

_LOGGER = logging.getLogger("openhands_testgen.workflow")

COMMANDS = ("testing", "refactoring", "staging_deployment", "production_deployment")
"""The stages that run a command, in their order."""

ENABLE, OLD_ENABLE = "enable_openhands", "enable_openhands_test_generation"
"""Whether tests are generated, by its name and by the original's."""


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return isfinite(value) and value >= 0


def _is_percent(value: object) -> bool:
    return type(value) is int and 0 <= value <= 100


def _is_command(value: object) -> bool:
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError:  # a quotation that does not end
        return False
    if not isinstance(words, list | tuple) or not words:
        return False
    return all(isinstance(word, str) for word in words) and bool(words[0].strip())


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_NUMBER: tuple[Callable[[object], bool], str] = (_is_number, "a number of seconds, 0 or more")
_FLAG: tuple[Callable[[object], bool], str] = (_is_flag, "true or false")
_RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(COMMANDS, (_is_command, "a command: a text, or a list of words")),
    "coverage_threshold": (_is_percent, "a whole number between 0 and 100"),
    "timeout_seconds": _NUMBER,
    "poll_interval_seconds": _NUMBER,
    "command_timeout_seconds": _NUMBER,
    ENABLE: _FLAG,
}
_OLD_NAMES = {OLD_ENABLE: ENABLE}


def argument_settings(config: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings of an argument, checked; keys that no setting has are left to others.

    ``None`` says nothing. The original's name for `enable_openhands` is read as that.

    Raises:
        ConfigurationError: A value does not hold, or it is no mapping.
    """
    if config is not None and not isinstance(config, Mapping):
        raise ConfigurationError(f"config must be a mapping, not {config!r:.80}")
    given = {name: value for name, value in (config or {}).items() if value is not None}
    for name, value in given.items():
        if _OLD_NAMES.get(name, name) in _RULES:
            check(name, value)
    if OLD_ENABLE in given:
        given.setdefault(ENABLE, given[OLD_ENABLE])
    return given


def settings_in(config: Mapping[str, Any]) -> dict[str, Any]:
    """Those keys that are settings; others are those of your own stages."""
    return {name: value for name, value in config.items() if name in _RULES}


def tell_misspelt(config: Mapping[str, Any]) -> None:
    """Warns of keys that are no settings, but may be meant for one."""
    for name in config:
        near = get_close_matches(str(name), _RULES, 1, 0.9)
        if near and name not in (*_RULES, *_OLD_NAMES):
            _LOGGER.warning("%s is no setting of a workflow: was %s meant?", name, near[0])


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
    where = f", from tool.openhands-testgen.workflow in {file}"
    for name, value in table.items():
        if name not in _RULES:
            known = ", ".join(_RULES)
            raise ConfigurationError(f"{name} is not known{where}: known are {known}")
        check(name, value, where)
    return dict(table)


def path_argument(name: str, value: object) -> Path:
    """A path that somebody names.

    Raises:
        ConfigurationError: It is none.
    """
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise ConfigurationError(f"{name} must be a path, not {value!r:.80}")
    return Path(os.fsdecode(value))


def check(name: str, value: object, where: str = "") -> None:
    """Refuses a value that a setting cannot have.

    Raises:
        ConfigurationError: It names the setting, the value, and what it must be.
    """
    holds, expected = _RULES[_OLD_NAMES.get(name, name)]
    if not holds(value):
        raise ConfigurationError(f"{name} must be {expected}, not {value!r:.80}{where}")
