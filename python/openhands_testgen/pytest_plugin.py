"""Fixtures for suites of code that uses openhands-testgen: nothing is run, nothing waited for.

pytest finds this by its entry point. Nothing is imported, and no fixture is in use, before a test
asks for one. See docs/testing.md.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False  # type checkers know this name, and take it for true

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .generator import OpenHandsTestGenerator
    from .testing import Clock, ScriptedAgent, SuiteEngine, Testbed

_MARKER = (
    "testgen(project=None, files=None, hurry=False, **settings): what the testgen fixtures of a"
    " test begin with: a project to copy (from the rootdir), files to write into it by path,"
    " whether its clock skips all waiting, and settings of the generator, such as workers=1"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--testgen-agent``."""
    group = parser.getgroup("testgen", "openhands-testgen")
    group.addoption(
        "--testgen-agent",
        metavar="AGENT",
        default="scripted",
        help="who writes the tests in tests with the testgen fixtures: 'scripted' (the default:"
        " nothing is run), or a real agent such as 'local'",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def testgen_project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A temporary project, and an environment in which `from_env` means it.

    No variable of the machine about openhands-testgen is left, no ``.env`` is read, the store is
    ``memory:`` and the interpreter is the one that runs the suite.
    """
    from .testing import fixtures

    return fixtures.make_project(request, tmp_path, monkeypatch)


@pytest.fixture
def testgen_testbed(request: pytest.FixtureRequest, testgen_project: Path) -> Iterator[Testbed]:
    """The testbed under the other fixtures: every generator of the test is on it."""
    from .testing import Testbed, fixtures

    del testgen_project
    with Testbed(scripted=fixtures.is_scripted(request)) as testbed:
        testbed.clock.hurry(fixtures.Terms.of(request).hurry)
        yield testbed


@pytest.fixture
def testgen_generator(
    request: pytest.FixtureRequest, testgen_testbed: Testbed
) -> OpenHandsTestGenerator:
    """A generator on ``memory:`` in the temporary project; it is stopped after the test."""
    from .testing import fixtures

    del testgen_testbed
    return fixtures.make_generator(request)


@pytest.fixture
def testgen_engine(
    testgen_testbed: Testbed, testgen_generator: OpenHandsTestGenerator
) -> SuiteEngine:
    """What the code under test has submitted, and what became of it."""
    from .testing import SuiteEngine

    return SuiteEngine(testgen_testbed, testgen_generator)


@pytest.fixture
def scripted_agent(testgen_testbed: Testbed) -> ScriptedAgent:
    """Says what becomes of tasks; with a real agent, a test that needs a script is skipped."""
    from .testing import ScriptedAgent

    return ScriptedAgent(testgen_testbed)


@pytest.fixture
def testgen_clock(testgen_testbed: Testbed) -> Clock:
    """The time of the test's generators, which can be moved ahead."""
    return testgen_testbed.clock
