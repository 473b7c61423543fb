"""The configuration of a generator: by keywords, by environment, by file."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import (
    ConfigurationError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    SecretStr,
)

KEY = "sk-or-a-secret-key"


class PydanticLikeSecret:
    """What pydantic's `SecretStr` offers, without pydantic."""

    def get_secret_value(self) -> str:
        return KEY


def test_defaults_are_those_of_the_documents(project: Path) -> None:
    config = OpenHandsIntegrationConfig()

    assert config.base_url == "https://openrouter.ai/api/v1"
    assert config.model_preset == "gemini-flash"
    assert config.workspace_root == project / "openhands_workspace"
    assert config.default_timeout_seconds == 300
    assert (config.max_retries, config.retry_base_delay) == (3, 1.0)
    assert config.circuit_breaker_enabled is True
    assert config.circuit_breaker_failure_threshold == 5
    assert config.circuit_breaker_timeout_seconds == 60
    assert (config.workers, config.max_iterations) == (3, 3)
    assert config.store == f"sqlite:{project}/openhands_workspace/tasks.db"
    assert config.api_key is None


@pytest.mark.parametrize("key", [KEY, SecretStr(KEY), PydanticLikeSecret()])
def test_a_key_is_kept_and_never_shown(project: Path, key: Any) -> None:
    config = OpenHandsIntegrationConfig(api_key=key)

    assert isinstance(config.api_key, SecretStr)
    assert config.api_key.get_secret_value() == KEY
    assert KEY not in repr(config)
    assert KEY not in str(config.api_key)
    assert config == OpenHandsIntegrationConfig(api_key=KEY)
    assert config != OpenHandsIntegrationConfig(api_key="another")


@pytest.mark.parametrize(
    "address", ["postgres://me:hunter2@db/tests", "postgres://db/tests?user=me&password=hunter2"]
)
def test_a_password_in_an_address_is_kept_and_not_shown(project: Path, address: str) -> None:
    config = OpenHandsIntegrationConfig(store=address)
    assert config.store == address
    assert "hunter2" not in repr(config)
    assert "store='postgres://" in repr(config)
    assert "workers=3" in repr(config)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("default_timeout_seconds", 9, "between 10 and 3600, not 9"),
        ("default_timeout_seconds", float("nan"), "default_timeout_seconds"),
        ("max_retries", 11, "between 0 and 10, not 11"),
        ("max_retries", "three", "max_retries"),
        ("workers", -1, "between 0 and 256, not -1"),
        ("max_iterations", 0, "between 1 and 20, not 0"),
        ("model_preset", "gpt-9", "model_preset"),
        ("agent", "server", "set OPENHANDS_SERVER_URL"),
        ("agent", "docker", "set LLM_API_KEY"),
        ("agent", "robot", "agent"),
        ("python", "/no/such/python", "/no/such/python"),
        ("project_root", "/no/such/folder", "/no/such/folder"),
        ("store", "a\0b", "store"),
        ("workers", [1], "workers must be a plain value, not list"),
    ],
)
def test_a_value_out_of_range_is_an_error_that_names_it(
    project: Path, name: str, value: Any, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        OpenHandsIntegrationConfig(**{name: value})

    assert says in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_the_environment_is_read_by_from_env_only(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_TIMEOUT", "120")
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)

    assert OpenHandsIntegrationConfig().default_timeout_seconds == 300
    config = OpenHandsIntegrationConfig.from_env()
    assert config.default_timeout_seconds == 120
    assert config.api_key == SecretStr(KEY)


def test_env_file_and_pyproject_stand_below_the_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENHANDS_ENV_FILE")
    (project / ".env").write_text("OPENHANDS_TIMEOUT=60\nOPENHANDS_WORKERS=2\n")
    (project / "pyproject.toml").write_text(
        "[tool.openhands-testgen]\nworkers = 5\nmax_iterations = 7\n"
    )
    monkeypatch.setenv("OPENHANDS_TIMEOUT", "90")

    config = OpenHandsIntegrationConfig.from_env()

    assert (config.default_timeout_seconds, config.workers, config.max_iterations) == (90, 2, 7)


def test_an_error_of_the_environment_says_where_the_value_came_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_TIMEOUT", "5")

    with pytest.raises(ConfigurationError, match=r"OPENHANDS_TIMEOUT"):
        OpenHandsTestGenerator.from_env()


def test_one_warning_says_that_nobody_chose_the_agent(
    project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("OPENHANDS_AGENT")

    with caplog.at_level(logging.WARNING):
        OpenHandsTestGenerator.from_env()

    warnings = [record.message for record in caplog.records]
    assert len(warnings) == 1
    assert "OPENHANDS_AGENT=local" in warnings[0]


def test_every_setting_can_be_given_by_keyword(project: Path) -> None:
    config = OpenHandsIntegrationConfig()
    values = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}

    assert OpenHandsIntegrationConfig(**values) == config


def test_a_project_in_another_folder_can_be_meant(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "module.py").write_text("def double(number: int) -> int:\n    return 2 * number\n")
    config = OpenHandsIntegrationConfig(project_root=other, agent="local")
    generator = OpenHandsTestGenerator(config)

    result = asyncio.run(generator.generate_tests("module.py"))

    asyncio.run(generator.stop(0))
    assert result["success"], result["error"]
    assert (other / "tests/test_module.py").is_file()
    assert not (project / "openhands_workspace").exists()
