"""The real agent server as our own: started by the first task, in the sandbox, gone with us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.types import GenerationResult

from .conftest import Ground
from .model import GOOD, Model

PATIENCE = 600


@pytest.fixture
def own(bare_ground: Ground, python: str) -> Ground:
    bare_ground.settings |= {"openhands_python": python}
    return bare_ground


def generator(ground: Ground, scenario: str) -> OpenHandsTestGenerator:
    settings = ground.settings | {"llm_model": f"openai/{scenario}"}
    return OpenHandsTestGenerator(OpenHandsIntegrationConfig(**settings))


def processes(ground: Ground) -> list[int]:
    """Those that are told of the server's folder, or see it as theirs."""
    folder = str(ground.root / "openhands_workspace/.server").encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if folder in told:
            found.append(int(entry.name))
    return found


def test_it_writes_tests_and_can_be_stopped_while_its_model_thinks(
    own: Ground, model: Model
) -> None:
    async def run() -> tuple[GenerationResult, str]:
        async with generator(own, "happy") as first:
            task = await first.submit_test_generation_task("school.py", timeout=PATIENCE)
            result = await first.get_test_generation_results(task, timeout=PATIENCE)
            assert processes(own)
            (own.root / "tests/test_school.py").rename(own.root / "published")
            async with generator(own, "thinker") as second:
                task = await second.submit_test_generation_task("school.py", timeout=PATIENCE)
                await asyncio.to_thread(model.thinks.wait, PATIENCE)
                return result, (await second.cancel_task(task))["status"]

    result, status = asyncio.run(run())
    assert result["success"], result
    assert (own.root / "published").read_text().endswith(GOOD)
    assert (result["result"] or {})["agent"] == "server"
    assert status == "cancelled"
    conversations = own.root / "openhands_workspace/.server/conversations"
    assert [entry for entry in conversations.rglob("*") if entry.name == "base_state.json"] == []
    assert processes(own) == []


def test_a_server_that_is_killed_is_started_again_and_the_conversation_goes_on(
    own: Ground, model: Model
) -> None:
    async def run() -> GenerationResult:
        async with generator(own, "slow") as one:
            task = await one.submit_test_generation_task("school.py", timeout=PATIENCE)
            await asyncio.to_thread(model.thinks.wait, PATIENCE)
            for process in processes(own):
                with contextlib.suppress(ProcessLookupError):  # it went with one before it
                    os.kill(process, signal.SIGKILL)
            model.may_go_on.set()
            return await one.get_test_generation_results(task, timeout=PATIENCE)

    result = asyncio.run(run())
    assert result["success"], result
    assert (result["result"] or {})["stopped"] is None, "it went on, and was not given up"
    assert len({str(messages[1]) for messages in model.messages}) == 1, "one conversation"
    assert processes(own) == []
