"""Every example of docs/workflow.md, and that of the README, runs with scripted answers."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from .conftest import Scripted

PAGE = Path(__file__).parents[3] / "docs/workflow.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str, page: Path = PAGE) -> list[str]:
    return [body for found, body in BLOCK.findall(page.read_text("utf-8")) if found == language]


@pytest.fixture
def shop(project: Path, scripted: Scripted) -> Path:
    """The project that the examples are about."""
    for file in ("src/shop/cart.py", "src/shop/stock.py"):
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text("def double(n):\n    return 2 * n\n")
    (project / "specs").mkdir()
    (project / "specs/shop.md").write_text("# The shop\n")
    return project


STAGES = "'specification', 'openhands_submission', 'refactoring', 'openhands_collection'"
PRINTED = [
    rf"True \[{STAGES}\]\n\['tests/test_cart.py', 'tests/test_stock.py'\]\n\d+ ms saved\n",
    r"\[\]\n",
    r"2 \[\]\nTrue 2\n",
    r"src/cart.py True\nsrc/stock.py True\n",
]


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_the_examples_of_the_page_run(
    number: int, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = blocks("python")[number]

    exec(compile(program, "example", "exec"), {"__name__": "__main__"})

    assert re.fullmatch(PRINTED[number], capsys.readouterr().out)


def test_the_workflow_of_the_readme_runs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = blocks("python", PAGE.parents[1] / "README.md")
    (example,) = [body for body in readme if "WorkflowOrchestrator" in body]
    program = (
        f"import asyncio\nasync def main():\n{textwrap.indent(example, '    ')}"
        "    print(result.success)\nasyncio.run(main())\n"
    )

    exec(compile(program, "example", "exec"), {"__name__": "__main__"})

    assert capsys.readouterr().out == "True\n"


def test_the_table_of_the_page_is_one_that_is_read(shop: Path) -> None:
    from openhands_testgen.workflow.settings import workflow_settings

    (text,) = blocks("toml")
    (shop / "pyproject.toml").write_text(text)

    assert workflow_settings(shop) == tomllib.loads(text)["tool"]["openhands-testgen"]["workflow"]
