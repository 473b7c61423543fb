"""Every command of docs/openhands.md, run as it stands, against the real agent server."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import SESSION_KEY, Server
from .model import Model, asked, place, write

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)

CART_TEST = """from shop.cart import Cart


def test_a_new_cart_is_empty():
    assert Cart().items == {}
"""


JQ = """import json, sys
assert sys.argv[1:] == ["-r", ".result.patch"]
print(json.load(sys.stdin)["result"]["patch"])
"""


class Worker(Model):
    """Writes a test of the cart, or does what an errand of the page asks for."""

    def step(
        self, scenario: str, step: int, messages: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        text = asked(messages)
        folder = re.search(r"- Folder: (.*?)\\n", text)
        if step > 0:
            return "finish", {"message": "Done."}
        if folder is None:
            return write(place(messages), CART_TEST)
        if "Create a file named hello.txt" in text:
            return write(f"{folder[1]}/hello.txt", "hello\n")
        if "Split src/shop/cart.py in two" in text:
            return write(f"{folder[1]}/src/shop/prices.py", "TAX = 0.2\n")
        assert "Write a script that counts words" in text
        return write(f"{folder[1]}/count.py", "print(len(input().split()))\n")


class Shell:
    """Runs the lines of a block one after another; what one exports the next ones see."""

    def __init__(self, project: Path, environment: dict[str, str]) -> None:
        self.project = project
        self.environment = environment

    def run(self, line: str) -> str:
        script = f"{line}\nstatus=$?\nenv -0 > .after\nexit $status"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", script],
            cwd=self.project, env=self.environment, capture_output=True, text=True, check=False,
            timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        after = self.project / ".after"
        self.environment = dict(
            pair.split("=", 1) for pair in after.read_text().split("\0") if "=" in pair
        )
        after.unlink()
        return done.stdout + done.stderr

    def last_task(self) -> str:
        listed = self.run("openhands-testgen list --json --limit 1")
        found = re.search(r'"task_id": ?"(.*?)"', listed)
        assert found is not None, listed
        return found[1]


def lines(number: int) -> list[str]:
    """What one types in a block of the page, without what is said of it."""
    block = BLOCK.findall((ROOT / "docs/openhands.md").read_text(encoding="utf-8"))[number]
    typed = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    return [re.sub(r"\s{2,}# .*", "", line) for line in typed]


@pytest.fixture
def model() -> Model:
    return Worker()


@pytest.fixture
def shell(tmp_path: Path, model: Model) -> Iterator[Shell]:
    """The example project, an empty home, and a model on this machine."""
    ignored = shutil.ignore_patterns("tests", "openhands_workspace", "__pycache__")
    project = shutil.copytree(ROOT / "examples/shop", tmp_path / "shop", ignore=ignored)
    (tmp_path / "home").mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    # A machine that has Docker and the image would take that.
    (programs / "docker").write_text("#!/bin/sh\nexit 1\n")
    (programs / "docker").chmod(0o755)
    if shutil.which("jq") is None:
        (programs / "jq").write_text(f"#!{sys.executable}\n{JQ}")
        (programs / "jq").chmod(0o755)
    answers = model.start()
    environment = {
        "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
        "LLM_BASE_URL": f"http://127.0.0.1:{answers.server_port}/v1",
    }
    yield Shell(project, environment)
    answers.shutdown()
    answers.server_close()


@pytest.fixture
def connected(shell: Shell, server: Server) -> Shell:
    """The same, with a server that somebody runs."""
    shell.environment |= {
        "OPENHANDS_SERVER_URL": server.url,
        "OPENHANDS_SESSION_API_KEY": SESSION_KEY,
        "LLM_MODEL": "openai/gpt-5-mini",
        "LLM_API_KEY": "sk-of-the-tests",
    }
    return shell


def test_the_page_has_three_blocks_of_commands() -> None:
    assert len(BLOCK.findall((ROOT / "docs/openhands.md").read_text(encoding="utf-8"))) == 3


def test_the_commands_that_connect_run(connected: Shell) -> None:
    said = {}
    for line in lines(0):
        typed = line.replace("…", "sk-of-the-tests")
        if " ID" in typed:
            typed = typed.replace(" ID", f" {connected.last_task()}")
        said[line.split(" ID")[0]] = connected.run(typed)
    assert re.search(r"agent +server, by", said["openhands-testgen doctor"])
    written = connected.project / "tests/shop/test_cart.py"
    assert written.read_text().count("def test_") > 1, "the gap is filled"
    assert "test_a_new_cart_is_empty" in written.read_text()
    assert "terminal: use terminal" in said["openhands-testgen logs"]


def test_the_commands_of_a_server_of_our_own_run(shell: Shell, python: str) -> None:
    make, install, export = lines(1)
    # The environment is there already: what the page installs is what it was made with.
    assert make == "python3.12 -m venv ~/.openhands-server"
    command, *packages = shlex.split(install.removeprefix("~/.openhands-server/bin/pip "))
    pins = (ROOT / "requirements/openhands.txt").read_text().split()
    assert command == "install"
    assert set(packages) <= set(pins), "the page installs what is tested"
    home = Path(shell.environment["HOME"])
    (home / ".openhands-server").symlink_to(Path(python).parent.parent)
    shell.environment |= {"LLM_MODEL": "openai/gpt-5-mini", "LLM_API_KEY": "sk-of-the-tests"}
    shell.run(export)
    assert re.search(r"agent +server of our own, by", shell.run("openhands-testgen doctor"))
    shell.run("openhands-testgen generate src/shop/cart.py --timeout 600")
    result = json.loads(shell.run(f"openhands-testgen results {shell.last_task()} --json"))
    assert result["result"]["agent"] == "server"


def test_the_free_form_commands_run(connected: Shell) -> None:
    (first, second, third, apply) = lines(2)
    connected.run(first)
    hello = connected.last_task()
    assert not (connected.project / "hello.txt").exists(), "in a copy"
    connected.run(second)
    assert (connected.project / "src/shop/prices.py").read_text() == "TAX = 0.2\n"
    assert "count.py" in connected.run(third)
    connected.run(apply.replace(" ID", f" {hello}"))
    assert (connected.project / "hello.txt").read_text() == "hello\n"
