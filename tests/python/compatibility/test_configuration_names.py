"""The configuration: every field, default, range and variable of the original, by name."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pydantic
import pytest
from openhands_testgen import (
    ConfigurationError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    SecretStr,
)

DEFAULTS = {
    "api_key": None,
    "base_url": "https://openrouter.ai/api/v1",
    "model_preset": "gemini-flash",
    "custom_model_id": None,
    "workspace_isolation": True,
    "default_timeout_seconds": 300,
    "max_retries": 3,
    "retry_base_delay": 1.0,
    "circuit_breaker_enabled": True,
    "circuit_breaker_failure_threshold": 5,
    "circuit_breaker_timeout_seconds": 60,
    "enable_real_agent": True,
    "fallback_to_mock": False,
    "use_docker_runtime": False,
    "docker_image": "ghcr.io/openhands/agent-server:1.58.0-python",
    "docker_runtime_image": "docker.all-hands.dev/all-hands-ai/runtime:0.54-nikolaik",
    "docker_timeout": 600,
    "agent": "local",
    "workers": 3,
    "max_iterations": 3,
    "require_sandbox": False,
    "resume_max_age_seconds": 3600,
    "retention_seconds": 86_400,
}


@pytest.mark.parametrize("field", DEFAULTS)
def test_a_field_has_its_default(project: Path, field: str) -> None:
    config = OpenHandsIntegrationConfig.from_env()

    assert getattr(config, field) == DEFAULTS[field]
    by_keywords = "auto" if field == "agent" else DEFAULTS[field]
    assert getattr(OpenHandsIntegrationConfig(), field) == by_keywords


def test_the_workspace_is_below_the_project_and_made_at_the_first_use(project: Path) -> None:
    config = OpenHandsIntegrationConfig()

    assert config.workspace_root == project / "openhands_workspace"
    assert config.project_root == project
    assert not (project / "openhands_workspace").exists()

    async def main() -> None:
        async with OpenHandsTestGenerator(config):
            assert (project / "openhands_workspace").is_dir()

    asyncio.run(main())


@pytest.mark.parametrize(
    "preset", ["deepseek-v3", "mistral-small", "gemini-flash", "llama-scout", "deepseek-r1"]
)
def test_every_preset_is_known(project: Path, preset: str) -> None:
    assert OpenHandsIntegrationConfig(model_preset=preset).model_preset == preset


RANGES = [
    ("default_timeout_seconds", 10, 3600, 9.9, 3600.1),
    ("max_retries", 0, 10, -1, 11),
    ("retry_base_delay", 0.1, 60, 0.05, 61),
    ("circuit_breaker_failure_threshold", 1, 20, 0, 21),
    ("circuit_breaker_timeout_seconds", 10, 600, 9, 601),
    ("docker_timeout", 10, 3600, 9, 3601),
    ("workers", 0, 256, -1, 257),
    ("max_iterations", 1, 20, 0, 21),
]


@pytest.mark.parametrize(("field", "least", "most", "below", "above"), RANGES)
def test_a_range_ends_where_it_did_and_its_error_names_the_field(
    project: Path, field: str, least: float, most: float, below: float, above: float
) -> None:
    for value in (least, most):
        config: dict[str, Any] = {field: value}
        assert getattr(OpenHandsIntegrationConfig(**config), field) == value
    for value in (below, above):
        config = {field: value}
        with pytest.raises(ConfigurationError, match=f"{field}.*between {least} and {most}"):
            OpenHandsIntegrationConfig(**config)


VARIABLES = [
    ("OPENHANDS_MODEL", "deepseek-v3", "model_preset", "deepseek-v3"),
    ("OPENHANDS_BASE_URL", "http://localhost:9/v1", "base_url", "http://localhost:9/v1"),
    ("OPENHANDS_TIMEOUT", "120.5", "default_timeout_seconds", 120.5),
    ("OPENHANDS_ENABLE_CIRCUIT_BREAKER", "false", "circuit_breaker_enabled", False),
    ("OPENHANDS_ENABLE_REAL_AGENT", "false", "enable_real_agent", False),
    ("OPENHANDS_USE_DOCKER_RUNTIME", "true", "use_docker_runtime", True),
    ("OPENHANDS_DOCKER_IMAGE", "mine:1", "docker_image", "mine:1"),
    ("OPENHANDS_DOCKER_RUNTIME_IMAGE", "mine:2", "docker_runtime_image", "mine:2"),
    ("OPENHANDS_DOCKER_TIMEOUT", "60", "docker_timeout", 60),
    ("OPENHANDS_WORKERS", "5", "workers", 5),
    ("OPENROUTER_API_KEY", "sk-or-1", "api_key", SecretStr("sk-or-1")),
]


@pytest.mark.parametrize(("variable", "text", "field", "value"), VARIABLES)
def test_a_variable_sets_its_field(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    text: str,
    field: str,
    value: object,
) -> None:
    monkeypatch.setenv(variable, text)

    assert getattr(OpenHandsIntegrationConfig.from_env(), field) == value


def test_the_workspace_s_variable_is_taken_from_the_project_root(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_WORKSPACE_ROOT", "./elsewhere")
    (project / "src").mkdir()
    monkeypatch.chdir(project / "src")

    assert OpenHandsIntegrationConfig.from_env().workspace_root == project / "elsewhere"


@pytest.mark.parametrize(("variable", "text", "field", "value"), VARIABLES)
def test_a_line_of_env_sets_the_same_and_never_stands_above_the_environment(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    text: str,
    field: str,
    value: object,
) -> None:
    monkeypatch.delenv("OPENHANDS_ENV_FILE")
    (project / ".env").write_text(f"{variable}={text}\n")
    assert getattr(OpenHandsIntegrationConfig.from_env(), field) == value
    assert variable not in os.environ, "nothing of it leaks into the process"

    (project / ".env").write_text(f"{variable}=surely-wrong\n")
    monkeypatch.setenv(variable, text)
    assert getattr(OpenHandsIntegrationConfig.from_env(), field) == value


def test_another_env_file_can_be_named_and_none_be_meant(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".env").write_text("OPENHANDS_WORKERS=5\n")
    (project / "ci.env").write_text("OPENHANDS_WORKERS=7\n")
    for name, workers in (("ci.env", 7), ("", 3)):
        monkeypatch.setenv("OPENHANDS_ENV_FILE", name)
        assert OpenHandsIntegrationConfig.from_env().workers == workers


@pytest.mark.parametrize("key", ["sk-or-1", SecretStr("sk-or-1"), pydantic.SecretStr("sk-or-1")])
def test_a_key_is_a_secret_that_never_prints(project: Path, key: Any) -> None:
    config = OpenHandsIntegrationConfig(api_key=key)

    assert isinstance(config.api_key, SecretStr)
    assert config.api_key.get_secret_value() == "sk-or-1"
    assert "sk-or-1" not in f"{config!r} {config} {config.api_key} {config.api_key!r}"


def test_two_with_the_same_settings_are_equal(project: Path) -> None:
    first, second = OpenHandsIntegrationConfig(workers=5), OpenHandsIntegrationConfig(workers=5)

    assert first == second
    assert first != OpenHandsIntegrationConfig(workers=4)


def test_settings_are_given_by_keyword_only(project: Path) -> None:
    with pytest.raises(TypeError):
        OpenHandsIntegrationConfig("key")  # type: ignore[call-arg]


def test_a_mock_is_never_a_success(project: Path) -> None:
    """`fallback_to_mock` was a fake success; it may be set, and makes up nothing."""
    config = OpenHandsIntegrationConfig(store="memory:", fallback_to_mock=True)
    generator = OpenHandsTestGenerator(config)
    result = asyncio.run(generator.generate_tests("src/gone.py"))
    asyncio.run(generator.stop(0))

    assert (result["success"], result["result"]) == (False, None)


def test_no_key_is_no_error(
    project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("OPENHANDS_AGENT")

    config = OpenHandsIntegrationConfig.from_env()

    assert (config.api_key, config.agent) == (None, "auto")
    (warning,) = caplog.records
    assert warning.levelname == "WARNING"
    assert "local" in warning.message and "OPENHANDS_AGENT" in warning.message


def test_an_agent_that_was_named_asks_for_its_key(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENHANDS_AGENT", "server")
    with pytest.raises(ConfigurationError, match="OPENHANDS_SERVER_URL"):
        OpenHandsIntegrationConfig.from_env()
    monkeypatch.setenv("OPENHANDS_SERVER_URL", "http://localhost:9")
    with pytest.raises(ConfigurationError, match="LLM_API_KEY.*OPENROUTER_API_KEY"):
        OpenHandsIntegrationConfig.from_env()


FURTHER = [
    "project_root", "python", "store", "agent", "workers", "queue_size", "max_iterations",
    "require_sandbox", "resume_max_age_seconds", "retention_seconds",
]  # fmt: skip


def test_config_show_has_every_setting_with_where_it_came_from(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.openhands-testgen]\nqueue_size = 9\n")
    shown = subprocess.run(
        [sys.executable, "-m", "openhands_testgen", "config", "show", "--json"],
        env=dict(os.environ) | {"OPENHANDS_WORKERS": "5"},
        capture_output=True,
        check=True,
    )
    entries = {entry["name"]: entry for entry in json.loads(shown.stdout)["settings"]}

    assert set(entries) >= {*DEFAULTS, *FURTHER}
    assert (entries["workers"]["value"], entries["queue_size"]["value"]) == (5, 9)
    assert entries["workers"]["source"] == "environment variable OPENHANDS_WORKERS"
    assert entries["queue_size"]["source"].startswith("pyproject.toml")
    assert entries["max_retries"]["source"] == "default"
    assert all(entry["variable"].isupper() for entry in entries.values())
