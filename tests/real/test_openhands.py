"""The real agent server, driven as users drive it: its tests are verified and published."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.types import GenerationResult

from .conftest import Ground, Server
from .model import GOOD, Model

PATIENCE = 240


def generate(ground: Ground, scenario: str, **settings: object) -> GenerationResult:
    async def run() -> GenerationResult:
        config = OpenHandsIntegrationConfig(
            **(ground.settings | {"llm_model": f"openai/{scenario}"} | settings)
        )
        async with OpenHandsTestGenerator(config) as generator:
            task = await generator.submit_test_generation_task("school.py", timeout=PATIENCE)
            return await generator.get_test_generation_results(task, timeout=PATIENCE)

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def nothing_is_left(server: Server) -> object:
    before = server.conversations()
    yield
    assert server.conversations() == before


def test_tests_that_the_agent_wrote_are_verified_and_published(ground: Ground) -> None:
    result = generate(ground, "happy")
    assert result["success"], result
    assert (ground.published() or "").endswith(GOOD)
    left = result["result"] or {}
    assert (left["agent"], left["model"]) == ("server", "openai/happy")
    assert left["tests"] == ["test_grade", "test_negative"]
    assert left["usage"] == {"cost_usd": None, "prompt_tokens": 200, "completion_tokens": 20}


def test_below_the_threshold_the_agent_hears_what_is_missing(ground: Ground, model: Model) -> None:
    result = generate(ground, "learner")
    assert result["success"], result
    assert (result["result"] or {})["iterations"] == 2
    assert "no test reaches" in str(model.messages[-1])


def test_a_liar_is_found_out(ground: Ground) -> None:
    result = generate(ground, "liar", max_iterations=1)
    assert (result["success"], result["error_kind"]) == (False, "verification")
    assert ground.published() is None


def test_a_key_that_the_provider_refuses_fails_at_once(ground: Ground) -> None:
    result = generate(ground, "refused")
    assert result["error_kind"] == "authentication", result
    assert "LLM_API_KEY" in (result["error"] or "")


def test_a_rate_limit_is_waited_for(ground: Ground) -> None:
    result = generate(ground, "limited", max_retries=5, retry_base_delay=0.1)
    assert result["success"], result


def test_cancel_while_the_model_thinks(ground: Ground, model: Model) -> None:
    async def run() -> str:
        config = OpenHandsIntegrationConfig(**(ground.settings | {"llm_model": "openai/thinker"}))
        async with OpenHandsTestGenerator(config) as generator:
            task = await generator.submit_test_generation_task("school.py", timeout=PATIENCE)
            await asyncio.to_thread(model.thinks.wait, PATIENCE)
            status = await generator.cancel_task(task)
            return status["status"]

    assert asyncio.run(run()) == "cancelled"


def test_a_server_that_is_killed_goes_on_when_it_is_back(
    ground: Ground, model: Model, server: Server
) -> None:
    async def run() -> GenerationResult:
        config = OpenHandsIntegrationConfig(**(ground.settings | {"llm_model": "openai/slow"}))
        async with OpenHandsTestGenerator(config) as generator:
            task = await generator.submit_test_generation_task("school.py", timeout=PATIENCE)
            await asyncio.to_thread(model.thinks.wait, PATIENCE)
            await asyncio.to_thread(server.die)
            model.may_go_on.set()
            await asyncio.to_thread(server.start)
            return await generator.get_test_generation_results(task, timeout=PATIENCE)

    result = asyncio.run(run())
    assert result["success"], result
    instructions = {str(messages[1]) for messages in model.messages}
    assert len(instructions) == 1, "one conversation"


PROGRAM = """
import asyncio, sys
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

async def main():
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(**{settings!r}))
    print(await generator.submit_test_generation_task("school.py", timeout=240), flush=True)
    await asyncio.sleep(300)

asyncio.run(main())
"""


def test_an_engine_that_is_killed_leaves_the_conversation_to_the_next(
    ground: Ground, model: Model
) -> None:
    settings = ground.settings | {"llm_model": "openai/slow", "project_root": str(ground.root)}
    program = textwrap.dedent(PROGRAM).replace("{settings!r}", repr(settings))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        task = first.stdout.readline().strip()
        assert model.thinks.wait(PATIENCE)
        first.kill()
    model.may_go_on.set()

    async def collect() -> GenerationResult:
        config = OpenHandsIntegrationConfig(**settings)
        async with OpenHandsTestGenerator(config) as generator:
            return await generator.get_test_generation_results(task, timeout=PATIENCE)

    result = asyncio.run(collect())
    assert result["success"], result
    assert model.asked == ["slow", "slow"], "nothing was paid for twice"
