"""An agent server through the Python class. What it does is tested in Rust, and with a real one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

from ..agent_server import AgentServer


class NotFound(BaseHTTPRequestHandler):
    """Some web server that is no agent server."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), NotFound)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_later_generator_of_the_process_brings_its_agent_server(
    components: Path, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        store = "sqlite:tasks.db"
        first = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, agent="local"))
        config = OpenHandsIntegrationConfig(
            store=store,
            agent="server",
            server_url=address,
            llm_model="openai/x",
            llm_api_key="sk-x",
        )
        second = OpenHandsTestGenerator(config)
        await first.get_queue_stats()
        result = await second.generate_tests("src/components/auth.py", timeout=60)
        assert (result["error_kind"], result["success"]) == ("config", False)
        assert "OPENHANDS_SERVER_URL" in (result["error"] or "")
        await first.stop()
        await second.stop()

    asyncio.run(run())
    assert "do not count" not in caplog.text
    assert "sk-x" not in (components / "tasks.db").read_bytes().decode(errors="replace")


class Proxy(BaseHTTPRequestHandler):
    """A proxy that does not know the way, and keeps what it hears."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(f"{self.path}\n{self.headers}")
        self.send_error(502)

    do_POST = do_DELETE = do_GET  # noqa: N815 (the names are the library's)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


def test_a_server_on_this_machine_is_asked_past_any_proxy(
    components: Path, agent_server: AgentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), type("OneProxy", (Proxy,), {"heard": heard}))
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    async def run() -> None:
        settings = agent_server.settings(session_api_key="session-Geheim", store="memory:")
        async with OpenHandsTestGenerator(OpenHandsIntegrationConfig(**settings)) as generator:
            await generator.generate_tests("src/components/auth.py", timeout=60)

    asyncio.run(run())
    assert len(agent_server.requests) == 1, "its agent was asked for tests"
    assert heard == [], "the key of the server is nobody else's"
    proxy.shutdown()
    proxy.server_close()
