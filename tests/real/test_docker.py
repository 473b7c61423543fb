"""A real Docker engine, and the real agent server in its containers.

`make test-docker` sets `OTG_DOCKER_IMAGE`; without it these tests are not collected, see
`conftest.py`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

from .conftest import Ground
from .model import GOOD, Model

PATIENCE = 280


@pytest.fixture
def docked(bare_ground: Ground) -> Ground:
    """A project whose agent works in a container; it finds the model at Docker's name for us."""
    port = bare_ground.settings["llm_base_url"].rsplit(":", 1)[1]
    bare_ground.settings |= {
        "agent": "docker",
        "docker_image": os.environ["OTG_DOCKER_IMAGE"],
        "llm_base_url": f"http://host.docker.internal:{port}",
    }
    return bare_ground


@pytest.fixture(autouse=True)
def no_container_is_left() -> object:
    before = containers()
    yield
    assert containers() == before


def containers() -> list[str]:
    """All that we have made, running or not."""
    listed = subprocess.run(
        ["docker", "ps", "--all", "--quiet", "--filter", "label=openhands-testgen.holder"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return listed.stdout.split()


def generator(ground: Ground, scenario: str) -> OpenHandsTestGenerator:
    settings = ground.settings | {"llm_model": f"openai/{scenario}"}
    return OpenHandsTestGenerator(OpenHandsIntegrationConfig(**settings))


def test_tests_that_an_agent_in_a_container_wrote_are_published(docked: Ground) -> None:
    async def run() -> None:
        async with generator(docked, "happy") as one:
            task = await one.submit_test_generation_task("school.py", timeout=PATIENCE)
            result = await one.get_test_generation_results(task, timeout=PATIENCE)
            assert result["success"], result
            assert (result["result"] or {})["agent"] == "docker"
            assert len(containers()) == 1

    asyncio.run(run())
    assert (docked.published() or "").endswith(GOOD)


def test_a_task_can_be_cancelled_while_the_model_thinks(docked: Ground, model: Model) -> None:
    async def run() -> str:
        async with generator(docked, "thinker") as one:
            task = await one.submit_test_generation_task("school.py", timeout=PATIENCE)
            assert await asyncio.to_thread(model.thinks.wait, PATIENCE)
            status: str = (await one.cancel_task(task))["status"]
            return status

    assert asyncio.run(run()) == "cancelled"
    assert docked.published() is None


def test_what_a_killed_process_left_is_removed_by_the_next(docked: Ground, model: Model) -> None:
    settings = {name: str(value) for name, value in docked.settings.items()}
    variables = {f"OPENHANDS_{name.upper()}": settings[name] for name in ("agent", "docker_image")}
    variables |= {
        "LLM_MODEL": "openai/thinker",
        "LLM_API_KEY": settings["llm_api_key"],
        "LLM_BASE_URL": settings["llm_base_url"],
    }
    command = [str(Path(sys.executable).with_name("openhands-testgen")), "generate", "school.py"]
    with subprocess.Popen(command, cwd=docked.root, env=os.environ | variables) as killed:
        assert model.thinks.wait(PATIENCE)
        assert len(containers()) == 1
        killed.send_signal(signal.SIGKILL)

    async def run() -> None:
        async with generator(docked, "happy") as one:
            await one.get_queue_stats()

    asyncio.run(run())
