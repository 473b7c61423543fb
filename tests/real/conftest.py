"""A real `openhands-agent-server` with a scripted model, both on this machine.

`OTG_OPENHANDS_PYTHON` names an interpreter that has the server; `make test-openhands` sets it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .model import Model

# A suite of its own: `make test-docker`.
collect_ignore = [] if "OTG_DOCKER_IMAGE" in os.environ else ["test_docker.py"]

SESSION_KEY = "session-key-of-the-tests"
MODULE = """def grade(points):
    if points < 0:
        raise ValueError("negative")
    if points >= 50:
        return "pass"
    return "fail"
"""


@dataclass
class Server:
    """The server; it can be killed, and comes back on its port with what it has on disk."""

    python: str
    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it is ready; its first start takes up to three minutes."""
        self.home.mkdir(exist_ok=True)
        environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment |= {
            "HOME": str(self.home),
            "TMUX_TMPDIR": str(self.home),
            "SESSION_API_KEY": SESSION_KEY,
            "OH_SECRET_KEY": "0123456789abcdef0123456789abcdef",
            "OH_ENABLE_VSCODE": "false",
            "OH_PRELOAD_TOOLS": "false",
            "DO_NOT_TRACK": "1",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LOG_RICH_TRACEBACKS": "false",
            "OH_CONVERSATIONS_PATH": str(self.home / "conversations"),
            "OH_BASH_EVENTS_DIR": str(self.home / "bash"),
        }
        arguments = [
            "-m",
            "openhands.agent_server",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.python, *arguments],
                cwd=self.home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 240
        while not self.is_ready():
            assert self.process.poll() is None, (self.home / "server.log").read_text()[-3000:]
            assert time.monotonic() < deadline, "the server is not ready after four minutes"
            time.sleep(0.5)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def conversations(self) -> int:
        """How many there are."""
        request = urllib.request.Request(
            f"{self.url}/api/conversations/count", headers={"X-Session-API-Key": SESSION_KEY}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.read())

    def die(self) -> None:
        """At once, in the middle of whatever it does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.end_shells()

    def end_shells(self) -> None:
        """Ends what a server that was killed leaves: each of its agents' shells has a tmux."""
        for tmux in self.home.glob("tmux-*/*"):
            subprocess.run(["tmux", "-S", tmux, "kill-server"], capture_output=True, check=False)

    def stop(self) -> None:
        """In order, so that it ends its agents' shells; by force where that takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.end_shells()


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter that has the server."""
    python = os.environ.get("OTG_OPENHANDS_PYTHON")
    if python is None:
        pytest.fail("set OTG_OPENHANDS_PYTHON, or run `make test-openhands`")
    return python


@pytest.fixture(scope="session")
def server(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(python, tmp_path_factory.mktemp("server"), port)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def model() -> Model:
    return Model()


@dataclass
class Ground:
    """A project, and the settings with which the server works on it."""

    root: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def published(self) -> str | None:
        path = self.root / "tests/test_school.py"
        return path.read_text() if path.exists() else None


@pytest.fixture
def bare_ground(tmp_path: Path, model: Model) -> Iterator[Ground]:
    """A project whose settings name no server yet."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "school"\nversion = "1"\n')
    (tmp_path / "school.py").write_text(MODULE)
    # A container does not see our loopback.
    answers = model.start("0.0.0.0" if "OTG_DOCKER_IMAGE" in os.environ else "127.0.0.1")
    settings = {
        "project_root": tmp_path,
        "agent": "server",
        "llm_api_key": "sk-of-the-tests",
        "llm_base_url": f"http://127.0.0.1:{answers.server_port}/v1",
        "max_retries": 0,
        "fill_gap": False,
        "workers": 1,
    }
    yield Ground(tmp_path, settings)
    model.may_go_on.set()
    answers.shutdown()
    answers.server_close()


@pytest.fixture
def ground(bare_ground: Ground, server: Server) -> Ground:
    """The same, with the server that somebody runs."""
    bare_ground.settings |= {"server_url": server.url, "session_api_key": SESSION_KEY}
    return bare_ground
