"""Keys in the environment, and everything the command says, writes and starts: found nowhere."""

from __future__ import annotations

import base64
import os
import re
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Cli

KEYS = {
    "OPENROUTER_API_KEY": "sk-or-canary/first+0123456789==",
    "LLM_API_KEY": "sk-canary second & 0123456789",
    "OPENHANDS_SESSION_API_KEY": "canary-session-0123456789",
}

TELLS_ALL = '''
"""Says at import what it can see of its environment, its own and its parents'."""

import os
from pathlib import Path


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


SEEN = repr(dict(os.environ)).encode()
for process in Path("/proc").glob("[0-9]*"):
    SEEN += read(process / "environ") + read(process / "cmdline")
BEGIN = SEEN.find(b"canary")
print(SEEN)
FOUND = SEEN[BEGIN - 10 : BEGIN + 30] if BEGIN >= 0 else "no key"
raise RuntimeError(f"saw {len(SEEN)} bytes, {FOUND}")
'''


def forms(key: str) -> list[str]:
    """The key as it is, in an address and in base64."""
    coded = base64.b64encode(key.encode()).decode().rstrip("=")
    return [key, urllib.parse.quote(key, safe=""), urllib.parse.quote_plus(key), coded]


def found(text: str | bytes) -> list[str]:
    """The variables whose key is in a text, in one form or another."""
    haystack = text.encode() if isinstance(text, str) else text
    return [
        name for name, key in KEYS.items() if any(form.encode() in haystack for form in forms(key))
    ]


class Echo(BaseHTTPRequestHandler):
    """Refuses every request, and repeats all that came with it; meanwhile it looks at who asks."""

    command_lines: list[bytes]

    def do_GET(self) -> None:
        self.command_lines.extend(command_lines())
        headers = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        body = f'{{"detail": "refused: {urllib.parse.quote(headers)} {headers!r}"}}'.encode()
        self.send_response(401, "Unauthorized")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the name is the library's)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


def command_lines() -> list[bytes]:
    """Those of every process that can be seen."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return lines


@pytest.fixture
def echo() -> Iterator[ThreadingHTTPServer]:
    """An agent server that says what it was told."""
    handler = type("OneEcho", (Echo,), {"command_lines": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def files(root: Path) -> dict[str, bytes]:
    """All files below a folder, the store's among them."""
    paths = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
    return {str(path.relative_to(root)): path.read_bytes() for path in paths if path.is_file()}


def assert_no_key(cli: Cli, said: list[str]) -> None:
    assert [found(text) for text in said if found(text)] == []
    assert {name: found(kept) for name, kept in files(cli.project).items() if found(kept)} == {}


def knowing(cli: Cli, variables: dict[str, str]) -> Cli:
    """The command in an environment with more in it."""
    return type(cli)(cli.project, cli.environment | variables)


def everything_of(cli: Cli, task_id: str) -> list[str]:
    """What each reading verb says, to people and to programs."""
    verbs = [
        ["config", "show"], ["doctor"], ["status", task_id], ["results", task_id],
        ["logs", task_id], ["list"], ["watch", task_id],
    ]  # fmt: skip
    said = [cli(*verb, *form) for verb in verbs for form in ([], ["--json"])]
    return [done.stdout + done.stderr for done in said]


def test_a_server_that_repeats_its_keys_is_quoted_without_them(
    cli: Cli, echo: ThreadingHTTPServer
) -> None:
    settings = KEYS | {
        "OPENHANDS_AGENT": "server",
        "OPENHANDS_SERVER_URL": f"http://127.0.0.1:{echo.server_port}",
        "LLM_MODEL": "openai/x",
        "OPENHANDS_LOG": "debug",
    }
    cli = knowing(cli, settings)
    done = cli("generate", "src/shop/pricing.py", "--json")
    assert done.returncode != 0
    assert "OPENHANDS_SESSION_API_KEY" in done.stdout, "the variable is named, not its value"
    [task] = cli.json("list")["tasks"]
    said = everything_of(cli, task["task_id"])
    assert_no_key(cli, [done.stdout, done.stderr, *said])
    seen = echo.RequestHandlerClass.command_lines  # type: ignore[attr-defined]
    assert seen, "the server was asked"
    assert [line for line in seen if found(line)] == []


def test_a_module_that_tells_its_environment_knows_no_key(cli: Cli, project: Path) -> None:
    (project / "src/shop/tells.py").write_text(TELLS_ALL)
    cli = knowing(cli, KEYS)
    done = cli("generate", "src/shop/tells.py", "--json")
    assert done.returncode != 0
    assert re.search(r"saw \d{3,} bytes, no key", done.stdout), done.stdout
    [task] = cli.json("list")["tasks"]
    assert_no_key(cli, [done.stdout, done.stderr, *everything_of(cli, task["task_id"])])


def test_bad_settings_beside_keys_are_refused_without_them(cli: Cli) -> None:
    cases = (
        {"OPENHANDS_WORKERS": "many"},
        {"OPENHANDS_SERVER_URL": "no address"},
        {"OPENHANDS_AGENT": "server"},
        {"LLM_FALLBACK_MODELS": "other/model", "LLM_MODEL": "openai/x"},
    )
    for bad in cases:
        done = knowing(cli, KEYS | bad)("generate", "src/shop/pricing.py")
        assert done.returncode != 0, bad
        assert found(done.stdout + done.stderr) == [], bad
