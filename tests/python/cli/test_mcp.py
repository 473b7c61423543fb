"""The tools of an agent, by a client library that is not ours, as agents start and reach them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import select
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from .conftest import COMMAND, PATIENCE, Cli
from .test_own_kinds import left_task
from .test_serve import Service, token

MODES = ("auto", "legacy")
"""With the sessions of before 2026, and without."""

TOOLS = [
    "submit_test_generation",
    "submit_plan_generation",
    "submit_requirements_parsing",
    "submit_plan_validation",
    "get_task_status",
    "get_task_result",
    "cancel_task",
    "list_tasks",
]

NOISY = """
from openhands_testgen import TaskContext, handler

print("imported")


@handler("own")
async def own(context: TaskContext, payload: dict) -> dict:
    print("at work")
    return {}
"""


class Agent:
    """A client of a server, and all that it could not read."""

    def __init__(self, client: Client, unread: list[Exception]) -> None:
        self.client = client
        self.unread = unread

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """What a tool answers. The client holds the structure against what the tool says of it."""
        return await self.client.call_tool(tool, arguments, read_timeout_seconds=PATIENCE)

    async def task(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The task that a tool answers."""
        result = await self.call(tool, **arguments)
        assert not result.is_error, said(result)
        assert result.structured_content is not None
        return dict(result.structured_content)

    async def refusal(self, tool: str, **arguments: Any) -> str:
        """Why a tool does not do it."""
        result = await self.call(tool, **arguments)
        assert result.is_error, said(result)
        return said(result)


def said(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@asynccontextmanager
async def started(cli: Cli, *arguments: str, mode: Any = "auto") -> AsyncIterator[Agent]:
    """An agent that starts the server, as agents do."""
    parameters = StdioServerParameters(
        command=str(COMMAND), args=["mcp", *arguments], env=cli.environment, cwd=cli.project
    )
    unread: list[Exception] = []

    async def read(message: Any) -> None:
        if isinstance(message, Exception):
            unread.append(message)

    with (cli.project / "mcp.log").open("a") as log:
        transport = stdio_client(parameters, errlog=log)
        async with Client(transport, mode=mode, message_handler=read) as client:
            yield Agent(client, unread)


@asynccontextmanager
async def reached(service: Service, key: str, mode: Any = "auto") -> AsyncIterator[Agent]:
    """An agent that reaches a service, with a key."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http:
        transport = streamable_http_client(f"http://{service.host}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield Agent(client, [])


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        await asyncio.wait_for(scene(), PATIENCE)

    asyncio.run(within())


@pytest.mark.parametrize("mode", MODES)
def test_an_agent_on_this_machine_has_tests_written(cli: Cli, mode: str) -> None:
    async def scene() -> None:
        async with started(cli, "--workers", "1", mode=mode) as agent:
            listed = await agent.client.list_tools()
            assert [tool.name for tool in listed.tools] == TOOLS
            assert "do not poll" in (agent.client.instructions or "")

            submitted = await agent.call(
                "submit_test_generation", module_path="src/shop/pricing.py"
            )
            assert submitted.structured_content is not None
            task = submitted.structured_content
            assert task["task_id"] in said(submitted)
            assert task["poll_after_ms"] == 5000

            # One engine, many faces: the command waits for the same task.
            await asyncio.to_thread(cli, "results", task["task_id"])
            ended = await agent.task("get_task_result", task_id=task["task_id"])
            assert (ended["status"], ended["poll_after_ms"]) == ("completed", None)
            assert (cli.project / ended["result"]["test_file"]).exists()
            assert (await agent.task("list_tasks"))["total"] == 1
            assert agent.unread == []

    run(scene)


@pytest.mark.parametrize("mode", MODES)
def test_an_agent_elsewhere_does_the_same_with_a_key(cli: Cli, mode: str) -> None:
    service = Service(cli, "--workers", "1")

    async def scene() -> None:
        async with reached(service, token(cli), mode) as agent:
            assert [tool.name for tool in (await agent.client.list_tools()).tools] == TOOLS
            task = await agent.task("submit_test_generation", module_path="src/shop/pricing.py")
            await asyncio.to_thread(cli, "results", task["task_id"])
            ended = await agent.task("get_task_result", task_id=task["task_id"])
            assert ended["result"]["coverage"]["percent"] >= 80

    run(scene)
    assert service.stop()[0] == 143


def test_what_runs_is_cancelled_at_once(cli: Cli, slow_module: str) -> None:
    async def scene() -> None:
        async with started(cli, "--workers", "1") as agent:
            task = await agent.task("submit_test_generation", module_path=slow_module)
            await asyncio.to_thread(cli.wait_for_status, task["task_id"], "running")
            assert (await agent.task("get_task_result", task_id=task["task_id"]))["result"] is None
            await agent.task("cancel_task", task_id=task["task_id"])
            await asyncio.to_thread(cli.wait_for_status, task["task_id"], "cancelled")
            refusal = await agent.refusal("cancel_task", task_id=task["task_id"])
            assert "is cancelled already" in refusal

    run(scene)


def test_a_task_survives_the_server_that_it_was_submitted_to(cli: Cli) -> None:
    async def scene() -> None:
        async with started(cli, "--workers", "0") as agent:
            task = await agent.task("submit_test_generation", module_path="src/shop/pricing.py")
        async with started(cli, "--workers", "1") as agent:
            await asyncio.to_thread(cli, "results", task["task_id"])
            ended = await agent.task("get_task_result", task_id=task["task_id"])
            assert ended["status"] == "completed"

    run(scene)


def test_what_runs_when_the_agent_leaves_goes_on_with_the_next(cli: Cli, slow_module: str) -> None:
    async def scene() -> None:
        async with started(cli, "--workers", "1") as agent:
            task = await agent.task("submit_test_generation", module_path=slow_module)
            await asyncio.to_thread(cli.wait_for_status, task["task_id"], "running")
        # Given back, and not left for others to find.
        left = await asyncio.to_thread(cli.json, "status", task["task_id"])
        assert (left["status"], left["worker"]) == ("queued", None)
        assert "stopping" in (cli.project / "mcp.log").read_text()

    run(scene)


def test_a_service_that_restarts_breaks_no_agent(cli: Cli) -> None:
    first = Service(cli, "--workers", "0")

    async def scene() -> None:
        async with reached(first, token(cli)) as agent:
            task = await agent.task("submit_test_generation", module_path="src/shop/pricing.py")
            first.stop()
            port = first.host.rsplit(":", 1)[1]
            second = Service(cli, "--workers", "1", port=port)
            # The very same client goes on.
            await asyncio.to_thread(cli, "results", task["task_id"])
            ended = await agent.task("get_task_result", task_id=task["task_id"])
            assert ended["status"] == "completed"
        assert second.stop()[0] == 143

    run(scene)


def test_two_users_see_none_of_each_others_tasks(cli: Cli) -> None:
    keys = {
        user: re.search(r"otg_\S+", cli("keys", "create", user, *role).stdout)
        for user, role in (("ada", ()), ("bob", ()), ("eve", ("--role", "read-only")))
    }
    ada, bob, eve = (key[0] if key else "" for key in keys.values())
    service = Service(cli, "--workers", "0", "--require-keys")

    async def scene() -> None:
        async with reached(service, ada) as one, reached(service, bob) as other:
            task = await one.task("submit_test_generation", module_path="src/shop/pricing.py")
            assert task["user_id"] == "ada"
            for tool in ("get_task_status", "get_task_result", "cancel_task"):
                refusal = await other.refusal(tool, task_id=task["task_id"])
                assert refusal.startswith(f"task {task['task_id']} not found")
            assert (await other.task("list_tasks"))["total"] == 0
            assert (await one.task("list_tasks"))["total"] == 1
        async with reached(service, eve) as reader:
            refusal = await reader.refusal("submit_test_generation", module_path="src/a.py")
            assert "the key only reads" in refusal
        with pytest.raises(ExceptionGroup):
            async with reached(service, "otg_0_0"):
                pass

    run(scene)
    service.stop()


def test_an_agent_is_told_what_is_wrong(cli: Cli) -> None:
    async def scene() -> None:
        async with started(cli, "--workers", "0") as agent:
            refusal = await agent.refusal("submit_test_generation", module_path="../shop.py")
            assert "module_path" in refusal and "outside" in refusal
            refusal = await agent.refusal("get_task_status", task_id="no-such-task")
            assert refusal.startswith("task no-such-task not found")
            with pytest.raises(MCPError, match='unknown tool "frobnicate"'):
                await agent.call("frobnicate")

    run(scene)


def test_standard_output_is_for_the_protocol_alone(cli: Cli) -> None:
    (cli.project / "noisy.py").write_text(NOISY)
    task_id = left_task(cli)

    async def scene() -> None:
        async with started(cli, "--handlers", "noisy", "--workers", "1") as agent:
            await asyncio.to_thread(cli.wait_for_status, task_id, "completed")
            assert (await agent.task("list_tasks", task_type="own"))["total"] == 1
            assert agent.unread == []
        log = (cli.project / "mcp.log").read_text()
        assert "imported" in log and "at work" in log

    run(scene)


def test_the_server_ends_with_what_it_reads(cli: Cli) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    messages = json.dumps(request | {"params": {"name": "list_tasks"}})
    for cut in ("", '{"jsonrpc": "2.0", "id": 2, "meth'):
        ended = subprocess.run(
            [COMMAND, "mcp"], cwd=cli.project, env=cli.environment,
            input=f"no JSON\n{messages}\n{cut}", capture_output=True, text=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        (line,) = ended.stdout.splitlines()
        assert json.loads(line)["result"]["structuredContent"]["total"] == 0


def test_a_signal_ends_the_server_while_it_waits_for_a_line(cli: Cli) -> None:
    process = subprocess.Popen(
        [COMMAND, "mcp"], cwd=cli.project, env=cli.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["result"] == {}
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 143
    process.communicate()


def test_a_signal_ends_the_server_while_nobody_reads_its_answers(cli: Cli) -> None:
    process = subprocess.Popen(
        [COMMAND, "mcp"], cwd=cli.project, env=cli.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b'{"jsonrpc": "2.0", "id": 0, "method": "ping"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["result"] == {}
    os.set_blocking(process.stdin.fileno(), False)
    number = 0
    # Until nothing more goes in, since nothing comes out.
    while select.select([], [process.stdin], [], 2)[1]:
        number += 1
        assert number < 10_000, "what nobody reads is kept without limit"
        request = {"jsonrpc": "2.0", "id": number, "method": "tools/list"}
        os.write(process.stdin.fileno(), f"{json.dumps(request)}\n".encode())
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 143
    process.communicate()


@pytest.mark.parametrize(
    ("tool", "argument"),
    [
        ("submit_plan_generation", "requirement"),
        ("submit_requirements_parsing", "requirements_text"),
        ("submit_plan_validation", "plan_text"),
    ],
)
def test_a_plan_is_told_as_its_text(cli: Cli, tool: str, argument: str) -> None:
    async def scene() -> None:
        async with started(cli, "--workers", "1") as agent:
            task = await agent.task(tool, **{argument: "1. Users can log in\n2. Users can log out"})
            await asyncio.to_thread(cli, "results", task["task_id"])
            result = await agent.call("get_task_result", task_id=task["task_id"])
            assert result.structured_content is not None
            assert said(result) == result.structured_content["result"]["text"]
            refusal = await agent.refusal(tool, **{argument: " "})
            assert refusal.startswith(f"{argument}: is empty: send a text")

    run(scene)
