"""Every example of the README and of docs/ runs as it stands, in a copy of the example project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for found, body in BLOCK.findall(text) if found == language]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("tests", "openhands_workspace", "__pycache__")
    return shutil.copytree(ROOT / "examples/shop", tmp_path / "shop", ignore=ignored)


def run(program: str, shop: Path, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shop, env=environment, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize("number", range(len(blocks("docs/python.md", "python"))))
def test_the_examples_of_the_python_page_run(
    number: int, shop: Path, environment: dict[str, str]
) -> None:
    printed = run(blocks("docs/python.md", "python")[number], shop, environment)

    expected = [
        r"(queued|running) tests/shop/test_cart\.py\nTrue [\d.]+\n",
        r"(src/shop/(cart|stock)\.py True\n){2}",
        r"1 pending None None\n(\d+ (queued|running) .*\n)+\d+ completed None None\n",
        r"module_path: .*outside of the project.*\ntask no-such-task not found.*\ninvalid_module\n",
        r"agent: local writes tests only: .*doctor.*\n",
        r"True {'words': 5}\n",
        r"failed module src/shop/missing\.py .*\n1\n",
    ]
    assert re.fullmatch(expected[number], printed), printed


@pytest.mark.parametrize("number", range(len(blocks("docs/planning.md", "python"))))
def test_the_examples_of_the_page_of_planning_run(
    number: int, shop: Path, environment: dict[str, str]
) -> None:
    printed = run(blocks("docs/planning.md", "python")[number], shop, environment)

    expected = [
        "# The plan does not hold.\n✅ Task Completed!\n",
        "True\nTrue\n",
        "webhook_url\n",
    ]
    assert printed == expected[number]


@pytest.mark.parametrize("number", range(len(blocks("docs/kinds.md", "python"))))
def test_the_examples_of_the_page_of_kinds_run(
    number: int, shop: Path, environment: dict[str, str]
) -> None:
    printed = run(blocks("docs/kinds.md", "python")[number], shop, environment)

    expected = [
        r"requirements_traceability_matrix\.md 2 embedded\n"
        r"\['test_cases/test_req_001\.py', 'test_cases/test_req_002\.py'\] 4\n"
        r"0 of 2 requirements have a test case.*; 4 test cases are still to be written.*\n",
        r"tests/shop/test_stock\.py False {'failed': \[\], 'passed': 1, .*}\n",
        r"True\n",
        r"True\n🔄 Background Task Started\n1 True\n1\n",
    ]
    assert re.fullmatch(expected[number], printed), printed


def test_the_first_example_of_the_readme_runs(shop: Path, environment: dict[str, str]) -> None:
    first, rest = blocks("README.md", "python")[0].split("\n\n", 1)
    program = "\n".join(
        [
            "import asyncio",
            first,
            "async def run_refactoring_stage(): pass",
            "async def main():",
            textwrap.indent(rest, "    "),
            "    print(result['success'], result['output_path'])",
            "asyncio.run(main())",
        ]
    )

    assert run(program, shop, environment) == "True tests/shop/test_cart.py\n"


def test_the_quick_start_program_runs(shop: Path, environment: dict[str, str]) -> None:
    program = (ROOT / "examples/quick_start.py").read_text(encoding="utf-8")

    assert "2/2" in run(program, shop, environment)


def test_every_command_that_a_page_shows_is_one(environment: dict[str, str]) -> None:
    shown = {
        match
        for page in (
            "README.md",
            "docs/command.md",
            "docs/openhands.md",
            "docs/kinds.md",
            "docs/service.md",
            "docs/mcp.md",
        )
        for match in re.findall(
            r"openhands-testgen ([a-z]+)", "\n".join(blocks(page, "console") + blocks(page, "text"))
        )
    }
    assert len(shown) > 5
    for verb in shown:
        subprocess.run(
            [sys.executable, "-m", "openhands_testgen", verb, "--help"],
            env=environment, check=True, capture_output=True,
        )  # fmt: skip
