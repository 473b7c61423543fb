"""The page of tools for agents: each configuration starts a server that has the tools."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from .test_examples import ROOT, blocks, shop

__all__ = ["shop"]

PAGE = "docs/mcp.md"
COMMAND = Path(sys.executable).with_name("openhands-testgen")


def tables() -> list[dict[str, Any]]:
    """Every file of a configuration that the page shows."""
    files = [json.loads(text) for text in blocks(PAGE, "json")]
    return files + [tomllib.loads(text) for text in blocks(PAGE, "toml")]


def servers() -> list[dict[str, Any]]:
    """Every server that one of them names."""
    keys = ("mcpServers", "servers", "mcp_servers")
    found = [table[key] for table in tables() for key in keys if key in table]
    return [server for of_file in found for server in of_file.values()]


def started() -> list[list[str]]:
    """The arguments with which an agent starts us, by its file or its command."""
    by_file = [server["args"] for server in servers() if "command" in server]
    by_command = [
        [word for word in shlex.split(line.split(" openhands-testgen ", 1)[1]) if word != "--"]
        for text in blocks(PAGE, "sh")
        for line in text.splitlines()
        if " openhands-testgen " in line
    ]
    return by_file + by_command


def test_every_agent_is_shown_both_ways() -> None:
    assert len(started()) == 8
    reached = [server for server in servers() if "url" in server]
    assert len(reached) == 5
    assert {urlsplit(server["url"]).path for server in reached} == {"/mcp"}
    for server in reached:
        shown = server.get("headers", {}).get("Authorization", "Bearer ")
        assert shown.startswith("Bearer ")
        assert "headers" in server or server["bearer_token_env_var"] == "OTG_KEY"


def test_every_configuration_starts_a_server_with_the_tools(
    shop: Path, environment: dict[str, str]
) -> None:
    ways = {" ".join(arguments): arguments for arguments in started()}

    async def tools_of(arguments: list[str]) -> list[str]:
        placed = [re.sub(r"^(\.|\$\{\w+\}|/home/.*)$", str(shop), word) for word in arguments]
        server = StdioServerParameters(command=str(COMMAND), args=placed, env=environment)
        with (shop / "mcp.log").open("a") as log:
            async with Client(stdio_client(server, errlog=log)) as client:
                return [tool.name for tool in (await client.list_tools()).tools]

    async def all_of_them() -> list[list[str]]:
        return [await tools_of(arguments) for arguments in ways.values()]

    for tools in asyncio.run(all_of_them()):
        assert "submit_test_generation" in tools


def test_the_page_names_every_tool_and_argument(shop: Path, environment: dict[str, str]) -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")

    async def listed() -> dict[str, set[str]]:
        arguments = ["mcp", "--project-root", str(shop)]
        server = StdioServerParameters(command=str(COMMAND), args=arguments, env=environment)
        with (shop / "mcp.log").open("a") as log:
            async with Client(stdio_client(server, errlog=log)) as client:
                tools = (await client.list_tools()).tools
        return {tool.name: set(tool.input_schema["properties"]) for tool in tools}

    tools = asyncio.run(listed())
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE))
    assert set(rows) == set(tools)
    terms = {"priority", "timeout_seconds", "idempotency_key"}
    for name, taken in tools.items():
        assert set(re.findall(r"`(\w+)`", rows[name])) == taken - terms, name


@pytest.mark.parametrize("number", range(len(blocks(PAGE, "python"))))
def test_the_program_of_the_page_runs(number: int, shop: Path, environment: dict[str, str]) -> None:
    # The client hands on no variables.
    with (shop / "pyproject.toml").open("a") as settings:
        python = environment["OPENHANDS_PROJECT_PYTHON"]
        settings.write(f"\n[tool.openhands-testgen]\npython = {json.dumps(python)}\n")
    path = f"{COMMAND.parent}:{environment['PATH']}"
    ended = subprocess.run(
        [sys.executable, "-c", blocks(PAGE, "python")[number]],
        cwd=shop, env=environment | {"PATH": path}, capture_output=True, text=True, timeout=110,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, "completed tests/shop/test_cart.py\n"), (
        ended.stderr
    )
