"""`--output-format`: results for people, for programs, and for the checks of a pull request."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import Cli


@pytest.fixture
def clumsy(project: Path) -> str:
    """A module in which not every line can be reached."""
    (project / "src/shop/clumsy.py").write_text(
        "def double(number: int) -> int:\n"
        "    if number != number:\n"
        "        number = 0\n"
        "        number = 1\n"
        "    return 2 * number\n"
    )
    return "src/shop/clumsy.py"


def test_results_become_annotations_and_a_summary(
    cli: Cli, project: Path, clumsy: str, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    done = cli(
        "generate", clumsy, "src/shop/gone.py", "--coverage", "20", "--output-format", "github",
        GITHUB_WORKSPACE=str(tmp_path), GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    good, uncovered, bad = done.stdout.splitlines()
    file = r"file=project/src/shop"
    assert re.fullmatch(
        rf"::notice {file}/clumsy\.py,title=tests generated::\d+ tests?, coverage [\d.]+ %25", good
    )
    assert uncovered == (
        "::warning file=project/src/shop/clumsy.py,line=3,endLine=4,"
        "title=not covered::no generated test reaches this"
    )
    assert bad.startswith(
        "::error file=project/src/shop/gone.py,title=no tests%3A invalid_module::module"
    )
    rows = summary.read_text().splitlines()
    assert rows[0] == "| module | tests | coverage | |"
    assert rows[2].startswith("| src/shop/clumsy.py | ") and rows[2].endswith("| generated |")
    assert rows[3].startswith("| src/shop/gone.py | 0 | | module src/shop/gone.py")


def test_results_can_be_read_in_each_format(cli: Cli) -> None:
    submitted, _ = cli.submit("src/shop/gone.py")

    text = cli("results", submitted)
    same = cli("results", submitted, "--output-format", "text")
    assert (text.stdout, text.returncode) == (same.stdout, same.returncode)
    as_json = cli("results", submitted, "--output-format", "json").stdout
    assert as_json == cli("results", submitted, "--json").stdout
    assert json.loads(as_json)["error_kind"] == "invalid_module"
    annotated = cli("results", submitted, "--output-format", "github")
    assert annotated.returncode == 1
    assert annotated.stdout.startswith("::error file=src/shop/gone.py,title=no tests")


def test_an_error_is_a_document_for_programs_in_either_way_of_asking(cli: Cli) -> None:
    for option in (["--output-format", "json"], ["--output-format=json"], ["--json"]):
        done = cli("results", "no-such-id", *option)
        assert json.loads(done.stdout)["error"]["exit_code"] == done.returncode == 7


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["results", "no-such-id"], 7, "task no-such-id not found"),
        (["generate", "src/shop/pricing.py", "--coverage", "many"], 2, "invalid value 'many'"),
        (["generate", "src/shop/pricing.py", "--store", "cloud:"], 3, "store "),
    ],
)
def test_an_error_is_an_annotation_for_the_checks_of_a_pull_request(
    cli: Cli, arguments: list[str], code: int, says: str
) -> None:
    for option in (["--output-format", "github"], ["--output-format=github"]):
        done = cli(*arguments, *option)
        assert done.returncode == code, done.stderr
        (line,) = done.stdout.splitlines()
        assert line.startswith(f"::error title=openhands-testgen::{says}")


@pytest.mark.parametrize(
    "options",
    [
        ["--json", "--output-format", "github"],
        ["--output-format", "yaml"],
        ["--detach", "--output-format", "github"],
    ],
)
def test_what_makes_no_sense_together_is_refused(cli: Cli, options: list[str]) -> None:
    assert cli("generate", "src/shop/pricing.py", *options).returncode == 2
