"""Which settings hold? A dataclass over what `_core` resolved.

The table of all settings, their ranges and the rules of precedence are in `_core`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from . import _core
from .exceptions import ConfigurationError

_LOGGER = logging.getLogger("openhands_testgen")

_UNDER_TEST: Mapping[str, Any] = {}
"""What a configuration by keywords begins with while a fixture of the pytest plug-in is in use."""


@runtime_checkable
class _Secret(Protocol):
    def get_secret_value(self) -> str: ...


class SecretStr:
    """A text that never prints.

    Has pydantic's `get_secret_value`, and equals another with the same text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keeps `value`."""
        self._value = value

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __str__(self) -> str:
        return "**********" if self._value else ""

    def __repr__(self) -> str:
        return f"SecretStr({str(self)!r})"


def _without_password(value: object) -> object:
    """An address without its password; anything else as it is."""
    if not isinstance(value, str) or "://" not in value:
        return value
    return re.sub(r"(?<=://)[^/?#]*(?=@)|(?<=[?&]password=)[^&#]*", "**********", value)


@dataclass(kw_only=True)
class OpenHandsIntegrationConfig:
    """The settings of a generator, checked.

    A value out of its range is a `ConfigurationError` that names it. What is not given has its
    default; paths come out absolute. The environment is read by `from_env` only.
    Every setting, its variable, range and meaning: ``openhands-testgen config show``.
    """

    api_key: SecretStr | str | None = None
    base_url: str | None = None
    model_preset: str | None = None
    custom_model_id: str | None = None
    workspace_root: Path | str | None = None
    workspace_isolation: bool | None = None
    default_timeout_seconds: float | None = None
    max_retries: int | None = None
    retry_base_delay: float | None = None
    circuit_breaker_enabled: bool | None = None
    circuit_breaker_failure_threshold: int | None = None
    circuit_breaker_timeout_seconds: int | None = None
    enable_real_agent: bool | None = None
    fallback_to_mock: bool | None = None
    use_docker_runtime: bool | None = None
    docker_image: str | None = None
    docker_runtime_image: str | None = None
    docker_timeout: float | None = None
    project_root: Path | str | None = None
    python: Path | str | None = None
    store: str | None = None
    store_migrate: str | None = None
    store_read_only: bool | None = None
    store_connections: int | None = None
    store_connect_seconds: float | None = None
    store_retry_seconds: float | None = None
    store_statement_seconds: float | None = None
    store_lock_seconds: float | None = None
    store_idle_seconds: float | None = None
    agent: str | None = None
    server_url: str | None = None
    openhands_python: Path | str | None = None
    session_api_key: SecretStr | str | None = None
    server_files: str | None = None
    server_runs: int | None = None
    llm_model: str | None = None
    llm_fallback_models: str | None = None
    llm_api_key: SecretStr | str | None = None
    llm_base_url: str | None = None
    max_cost_usd: float | None = None
    max_tokens: int | None = None
    agent_steps: int | None = None
    no_progress_seconds: int | None = None
    fill_gap: bool | None = None
    workers: int | None = None
    labels: str | None = None
    webhook_networks: str | None = None
    project_transfer: str | None = None
    snapshot_limit_mb: int | None = None
    queue_size: int | None = None
    queue_size_per_owner: int | None = None
    running_limit: int | None = None
    running_limit_per_owner: int | None = None
    running_limit_per_lane: str | None = None
    max_iterations: int | None = None
    require_sandbox: bool | None = None
    min_mutation_score: int | None = None
    resume_max_age_seconds: float | None = None
    retention_seconds: float | None = None
    retention_seconds_by_kind: str | None = None

    def __post_init__(self) -> None:
        """Fills in defaults and checks every value.

        Raises:
            ConfigurationError: A value does not hold.
        """
        self._hide_keys()
        arguments = {**_UNDER_TEST, **self.to_arguments()}
        values, _ = _core.resolve_settings(arguments, read_environment=False)
        self._take(values)

    def __repr__(self) -> str:
        """All settings; passwords in addresses are not shown, as keys are not."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        shown = (f"{name}={_without_password(value)!r}" for name, value in values)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    @classmethod
    def from_env(cls, **arguments: object) -> Self:
        """The settings by argument, environment, ``.env``, ``pyproject.toml`` or default.

        Logs one WARNING where nobody chose an agent and the embedded one serves. With a model key
        and no server that depends on the machine: then a generator logs it, at its first call.

        Raises:
            ConfigurationError: A value does not hold; the message says where it came from.
        """
        values, warning = _core.resolve_settings(_plain(arguments), read_environment=True)
        if warning is not None:
            _LOGGER.warning(warning)
        return cls(**values)

    def to_arguments(self) -> dict[str, Any]:
        """All values by name, plain but for keys, which are `SecretStr`: what `_core` takes."""
        return _plain({field.name: getattr(self, field.name) for field in fields(self)})

    def _hide_keys(self) -> None:
        """So that no traceback that shows variables shows one."""
        for name in _SECRETS:
            key = getattr(self, name)
            if isinstance(key, str):
                setattr(self, name, SecretStr(key))

    def _take(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name in _PATHS and value is not None:
                value = Path(value)
            setattr(self, name, value)


_PATHS = frozenset({"workspace_root", "project_root", "python", "openhands_python"})
_SECRETS = frozenset({"api_key", "llm_api_key", "session_api_key"})


def _plain(arguments: Mapping[str, object]) -> dict[str, Any]:
    given = ((name, value) for name, value in arguments.items() if value is not None)
    return {name: _plain_value(name, value) for name, value in given}


def _plain_value(name: str, value: object) -> object:
    if isinstance(value, _Secret):
        return value if isinstance(value, SecretStr) else SecretStr(value.get_secret_value())
    if name in _SECRETS and isinstance(value, str):
        return SecretStr(value)  # given to `from_env`
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str | bool | int | float):
        message = f"{name} must be a plain value, not {type(value).__name__}"
        raise ConfigurationError(message)
    if isinstance(value, float) and not isfinite(value):
        message = f"{name} must be a finite number, not {value}"
        raise ConfigurationError(message)
    return value
