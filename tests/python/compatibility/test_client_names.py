"""The clients: free-form work by the names of the documents, and no second queue."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import (
    DockerOpenHandsClient,
    InvalidRequestError,
    OpenHandsAdapter,
    OpenHandsClient,
    OpenHandsIntegrationConfig,
    OpenHandsTaskResult,
    OpenHandsTestGenerator,
)

from ..agent_server import AgentServer, ProviderError

pytestmark = pytest.mark.usefixtures("own_engines")


def hello(folder: Path) -> str:
    (folder / "hello.txt").write_text("Hello\n")
    return "It is there."


@pytest.fixture
def config(agent_server: AgentServer) -> OpenHandsIntegrationConfig:
    agent_server.work = hello
    return OpenHandsIntegrationConfig(**agent_server.settings(store="memory:", max_retries=0))


def test_the_call_of_the_documents(config: OpenHandsIntegrationConfig, project: Path) -> None:
    async def main() -> OpenHandsTaskResult:
        client = DockerOpenHandsClient(config)
        result = await client.execute_task("Create a file named hello.txt")
        stats = await OpenHandsTestGenerator(config).get_queue_stats()
        assert stats["completed"] == 1, "it is a task like all others"
        await client.cleanup()
        return result

    result = asyncio.run(main())

    assert (result.success, result.output, result.error) == (True, "It is there.", None)
    assert result.execution_time > 0.0
    assert result.metadata["files"][0]["path"] == "hello.txt"
    assert result.metadata["verified"] is False
    assert not (project / "hello.txt").exists()


def test_changes_are_applied_where_that_is_asked_for(
    config: OpenHandsIntegrationConfig, project: Path
) -> None:
    async def main() -> OpenHandsTaskResult:
        async with OpenHandsClient(config) as client:
            return await client.execute_task("Create it", apply=True, workspace="empty")

    assert asyncio.run(main()).metadata["applied"] is True
    assert (project / "hello.txt").read_text() == "Hello\n"


def test_an_adapter_answers_dicts(config: OpenHandsIntegrationConfig) -> None:
    adapter = OpenHandsAdapter(OpenHandsClient(config))

    async def main() -> dict[str, Any]:
        return await adapter.execute_development_task("Create it", context={"timeout": 60})

    answer = asyncio.run(main())

    assert list(answer) == ["success", "output", "error", "execution_time", "metadata"]
    assert (answer["success"], answer["output"]) == (True, "It is there.")


def test_a_failed_task_is_no_exception(
    config: OpenHandsIntegrationConfig, agent_server: AgentServer
) -> None:
    def refused(folder: Path) -> str:
        raise ProviderError("LLMAuthenticationError")

    agent_server.work = refused
    result = asyncio.run(OpenHandsClient(config).execute_task("Create it"))

    assert (result.success, result.output) == (False, "")
    assert result.error is not None and "LLM_API_KEY" in result.error
    assert result.metadata["error_kind"] == "authentication"


def test_a_call_that_waits_no_longer_names_the_task(config: OpenHandsIntegrationConfig) -> None:
    async def main() -> OpenHandsTaskResult:
        client = OpenHandsClient(config)
        result = await client.execute_task("Create it", timeout=0)
        generator = OpenHandsTestGenerator(config)
        await generator.cancel_task(result.metadata["task_id"])
        return result

    result = asyncio.run(main())

    assert (result.success, result.metadata["error_kind"]) == (False, "timeout")


def test_the_embedded_agent_does_no_such_work(project: Path) -> None:
    client = OpenHandsClient(OpenHandsIntegrationConfig(store="memory:", agent="local"))

    with pytest.raises(InvalidRequestError, match=r"agent: local .*OPENHANDS_SERVER_URL"):
        asyncio.run(client.execute_task("Create it"))


def test_arguments_are_named_as_in_the_original() -> None:
    parameters = list(inspect.signature(OpenHandsClient.execute_task).parameters)
    assert parameters[:3] == ["self", "task_description", "timeout"]
    parameters = list(inspect.signature(OpenHandsAdapter.execute_development_task).parameters)
    assert parameters == ["self", "task_description", "context"]
    assert issubclass(DockerOpenHandsClient, OpenHandsClient)
