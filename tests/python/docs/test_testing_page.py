"""The tests on the page about testing, and the example suite beside it, as their users run them."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ALONE = ("-p", "no:anyio", "-p", "no:xdist", "-p", "no:cacheprovider")
HEAD = """
import asyncio
import pytest
from gate import ReleaseGate
from openhands_testgen.testing import *
"""
TAIL = """

def test_the_rehearsal():
    assert asyncio.run(rehearse()) == 91.5
"""


@pytest.fixture
def gate(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A copy of the example."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    shutil.copytree(ROOT / "examples/release_gate", pytester.path, dirs_exist_ok=True)
    return pytester


def test_the_example_suite_passes(gate: pytest.Pytester) -> None:
    ended = gate.run(
        sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio", *ALONE
    )

    pytest.RunResult.assert_outcomes(ended, passed=5)


def test_the_tests_of_the_page_pass(gate: pytest.Pytester) -> None:
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    page += (ROOT / "README.md").read_text(encoding="utf-8").partition("## In your pytest suite")[2]
    page, _, _ = page.partition("## The command")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (gate.path / "tests/test_gate.py").write_text("\n\n".join([HEAD, *blocks]) + TAIL)
    # The first one has back-offs to wait for, and readers are not to be bored with a marker.
    hurry = "import pytest\n\n@pytest.fixture(autouse=True)\ndef hurry(testgen_clock):\n    {}\n"
    (gate.path / "conftest.py").write_text(hurry.format("testgen_clock.hurry()"))

    ended = gate.run(sys.executable, "-m", "pytest", "-q", "--asyncio-mode=auto", *ALONE)

    pytest.RunResult.assert_outcomes(ended, passed=len(blocks))
