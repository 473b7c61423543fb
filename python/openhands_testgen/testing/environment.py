"""What does code under test read of the machine? A temporary project, and nothing else of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from .. import _core
from .. import config as settings_module
from ..config import OpenHandsIntegrationConfig, SecretStr
from .terms import Terms

_OURS = ("OPENHANDS_", "OPENROUTER_", "LLM_")
_WORKSPACE = "openhands_workspace"


@dataclass
class _Layer:
    """One environment over another."""

    before: Mapping[str, str]
    """The variables below it."""
    began: Mapping[str, Any]
    """What configurations began with below it."""

    @classmethod
    def over_this(cls) -> Self:
        """One over what holds now."""
        before = {name: os.environ[name] for name in _variables()}
        return cls(before, settings_module._UNDER_TEST)

    def take_off(self) -> None:
        """What was below holds again."""
        for name in _variables():
            del os.environ[name]
        os.environ.update(self.before)
        settings_module._UNDER_TEST = self.began


_LAYERS: list[_Layer] = []
"""The environments of rehearsals, the last one on top. Their ends need not come in turn: a fixture
of a class may end before one of its module that began later."""


@contextmanager
def environment(agent: str, terms: Terms, root: Path) -> Iterator[None]:
    """`set_environment` for as long as the context lasts."""
    layer = _Layer.over_this()
    _LAYERS.append(layer)
    try:
        set_environment(agent, terms, root, pytest.MonkeyPatch())
        yield
    finally:
        above = _LAYERS[_LAYERS.index(layer) + 1 :]
        _LAYERS.remove(layer)
        if above:
            above[0].before, above[0].began = layer.before, layer.began
        else:
            layer.take_off()


def _variables() -> list[str]:
    return [name for name in os.environ if name.startswith(_OURS)]


def set_environment(agent: str, terms: Terms, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every configuration that is made from now on mean this project and these settings.

    Raises:
        ConfigurationError: A setting does not hold.
        pytest.UsageError: One leads out of the project.
    """
    # An agent that needs a key or a server is told of them by the machine.
    needs_machine = agent not in ("scripted", "local")
    if not needs_machine:
        for name in _variables():
            monkeypatch.delenv(name)
    variables = {
        "OPENHANDS_ENV_FILE": "",
        "OPENHANDS_STORE": "memory:",
        "OPENHANDS_PROJECT_ROOT": str(root),
        "OPENHANDS_PROJECT_PYTHON": sys.executable,
        "OPENHANDS_WORKSPACE_ROOT": str(root / _WORKSPACE),
        "OPENHANDS_AGENT": "local" if agent == "scripted" else agent,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    config = OpenHandsIntegrationConfig.from_env(**terms.settings)
    _refuse_ways_out(config, terms, root)
    _set_variables(config, terms, monkeypatch)
    begins = {"project_root", "python", "store", *terms.settings}
    if not needs_machine:
        begins.add("agent")
    known = {name: value for name, value in config.to_arguments().items() if name in begins}
    monkeypatch.setattr(settings_module, "_UNDER_TEST", known)


def _set_variables(
    config: OpenHandsIntegrationConfig, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the marker says holds for generators that the code under test makes, too."""
    variables = _core.setting_variables()
    values = {name: getattr(config, name) for name in terms.settings}
    for name, value in values.items():
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            monkeypatch.setenv(variables[name], text)


def _refuse_ways_out(config: OpenHandsIntegrationConfig, terms: Terms, root: Path) -> None:
    """Nothing is written outside of the temporary project."""
    store = str(config.store)
    places = {"workspace_root": Path(str(config.workspace_root))}
    if store != "memory:":
        places["store"] = root / store.removeprefix("sqlite:")
    for name, place in places.items():
        if not place.resolve().is_relative_to(root.resolve()):
            said = terms.settings.get(name)
            message = f"must stay inside the temporary project, not {said!r}: name a relative path"
            raise pytest.UsageError(f"testgen: {name}: {message}")
