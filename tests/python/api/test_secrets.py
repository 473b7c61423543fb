"""Keys of the environment, and what Python shows of us: tracebacks with variables, logs, copies."""

from __future__ import annotations

import asyncio
import base64
import copy
import logging
import os
import pickle
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from openhands_testgen import (
    ConfigurationError,
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    RetryableError,
    SecretStr,
    TaskContext,
)

KEYS = {
    "OPENROUTER_API_KEY": "sk-or-canary/first+0123456789==",
    "LLM_API_KEY": "sk-canary second & 0123456789",
    "OPENHANDS_SESSION_API_KEY": "canary-session-0123456789",
}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """All keys, and no agent that would ask for them."""
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    monkeypatch.setenv("OPENHANDS_AGENT", "local")


def assert_no_key(text: str) -> None:
    for key in KEYS.values():
        in_base64 = base64.b64encode(key.encode()).decode().rstrip("=")
        for form in (key, quote(key, safe=""), in_base64):
            assert form not in text


def ours(error: BaseException) -> str:
    """What a traceback with variables shows, but of this file's frames."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if frame.filename != __file__]
    )
    assert len(told.stack) > 0, "a frame of ours is in it"
    return "".join(told.format())


def test_a_traceback_of_a_bad_setting_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENHANDS_WORKERS", "many")
    with pytest.raises(ConfigurationError) as caught:
        OpenHandsTestGenerator.from_env()
    assert_no_key(ours(caught.value))


def test_a_traceback_of_a_bad_configuration_by_keywords_shows_no_key() -> None:
    known = OpenHandsIntegrationConfig.from_env()
    with pytest.raises(ConfigurationError) as caught:
        OpenHandsIntegrationConfig(llm_api_key=known.llm_api_key, workers=-1)
    assert "workers" in str(caught.value)
    assert_no_key(ours(caught.value))


def test_a_traceback_of_a_refused_submission_shows_no_key(components: Path) -> None:
    async def run() -> None:
        async with OpenHandsTestGenerator.from_env() as generator:
            await generator.submit_test_generation_task("/etc/passwd")

    with pytest.raises(InvalidRequestError) as caught:
        asyncio.run(run())
    assert_no_key(ours(caught.value))


def test_a_configuration_prints_no_key_and_is_copied_with_it() -> None:
    config = OpenHandsIntegrationConfig.from_env()
    assert_no_key(f"{config} {config!r} {vars(config)} {config.to_arguments()}")
    for other in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert_no_key(repr(other))
        assert other.llm_api_key == config.llm_api_key == SecretStr(KEYS["LLM_API_KEY"])


async def fails(task: TaskContext, payload: dict[str, Any]) -> dict[str, Any]:
    """A handler that quotes the keys wherever it can."""
    said = " ".join(KEYS.values())
    task.log(said)
    task.progress(said)
    raise (RetryableError if payload["again"] else ValueError)(said)


def fails_elsewhere(task: TaskContext, payload: dict[str, Any]) -> dict[str, Any]:
    """The same in a process of its own."""
    said = " ".join(KEYS.values())
    task.log(said)
    task.progress(said)
    raise (RetryableError if payload["again"] else ValueError)(said)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("handler", [fails, fails_elsewhere])
def test_a_handler_that_quotes_keys_is_told_and_kept_without_them(
    handler: Any, again: bool, components: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> list[Any]:
        config = OpenHandsIntegrationConfig.from_env(max_retries=0)
        async with OpenHandsTestGenerator(config) as generator:
            generator.register_handler("quotes", handler)
            task = await generator.submit_task("quotes", {"again": again})
            result = await generator.get_test_generation_results(task)
            events = [event async for event in generator.watch_task(task)]
            return [result, events, await generator.get_task_status(task)]

    with caplog.at_level(logging.DEBUG):
        told = asyncio.run(run())
    assert "********** ********** **********" in told[0]["error"]
    assert_no_key(repr(told))
    assert_no_key(caplog.text)
    kept = [Path(folder, name) for folder, _, names in os.walk(components) for name in names]
    assert any(path.name == "tasks.db" for path in kept)
    for path in kept:
        assert_no_key(path.read_bytes().decode(errors="replace"))
