"""Who may use Docker, through the Python class. What its containers do is tested in Rust."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator, TaskContext
from openhands_testgen.types import GenerationResult

DOCKER = """#!/bin/sh
# Has the image when it is looked for, and has lost it when it is needed.
cd "$(dirname "$0")" || exit 1
case "$1" in
    version) echo 27.0 ;;
    image) [ ! -e asked ] || exit 1; touch asked ;;
    *) exit 1 ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "docker").write_text(DOCKER)
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.usefixtures("docker")
def test_a_generator_takes_docker_unless_it_may_not(components: Path) -> None:
    async def run(use_docker: bool) -> GenerationResult:
        config = OpenHandsIntegrationConfig(
            agent="auto", llm_model="openai/x", llm_api_key="sk-x", store="memory:", max_retries=0
        )
        async with OpenHandsTestGenerator(config, use_docker=use_docker) as generator:
            return await generator.generate_tests("src/components/auth.py", timeout=100)

    with_docker = asyncio.run(run(use_docker=True))
    assert with_docker["error_kind"] == "environment", with_docker
    assert "run `docker pull ghcr.io/openhands/agent-server:" in (with_docker["error"] or "")
    without = asyncio.run(run(use_docker=False))
    assert without["success"], without
    assert (without["result"] or {})["agent"] == "local"


SLOW_DOCKER = """#!/bin/sh
# Answers once somebody lets it, and then that there is no engine.
cd "$(dirname "$0")" || exit 1
echo >> asked
echo > knock
read -r _ < gate
exit 1
"""


def test_the_loop_goes_on_while_the_machine_is_looked_at(
    components: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "docker").write_text(SLOW_DOCKER)
    (folder / "docker").chmod(0o755)
    os.mkfifo(folder / "knock")
    os.mkfifo(folder / "gate")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("OPENHANDS_AGENT", "auto")
    monkeypatch.setenv("LLM_MODEL", "openai/x")
    monkeypatch.setenv("LLM_API_KEY", "sk-x")

    async def run() -> list[str]:
        generator = OpenHandsTestGenerator.from_env()
        generator.register_handler("echo", echo)
        assert generator.circuit_breaker is None
        calls = [asyncio.ensure_future(generator.submit_task("noop", {})) for _ in range(3)]
        await asyncio.to_thread((folder / "knock").read_text)
        assert not any(call.done() for call in calls)
        with (folder / "gate").open("w") as gate:
            gate.write("go on\n")
        ids = await asyncio.gather(*calls)
        echoed = await generator.submit_task("echo", {"word": "yes"})
        result = await generator.get_test_generation_results(echoed)
        assert result["result"] == {"word": "yes"}
        await generator.stop()
        return ids

    with caplog.at_level(logging.WARNING):
        ids = asyncio.run(run())
    assert len(set(ids)) == 3
    assert (folder / "asked").read_text() == "\n", "Docker was asked more than once"
    # An engine warns of dead programs' processes too, wherever on the machine they came from.
    warnings = [record.message for record in caplog.records if "agent" in record.message]
    assert len(warnings) == 1, warnings
    assert warnings[0].startswith("no OpenHands agent is configured: a model key is set"), warnings


async def echo(_task: TaskContext, payload: dict[str, Any]) -> dict[str, Any]:
    return payload
