"""Fixtures for suites of code that uses openhands-testgen: nothing is run, nothing waited for.

pytest finds this by its entry point. Nothing is imported, and no fixture is in use, before a test
asks for one. See docs/testing.md.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False  # type checkers know this name, and take it for true

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from .generator import OpenHandsTestGenerator
    from .testing import Clock, Rehearsal, ScriptedAgent, SuiteEngine, Testbed

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
    """Declares the marker, and refuses an agent that there is not."""
    config.addinivalue_line("markers", _MARKER)
    agent = config.getoption("--testgen-agent")
    if not agent.strip():
        message = f"--testgen-agent: must name an agent, such as scripted or local, not {agent!r}"
        raise pytest.UsageError(message)
    if agent != "scripted":
        from .testing import fixtures

        fixtures.refuse_unknown_agent(agent)


@pytest.fixture
def testgen_project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A temporary project, and an environment in which `from_env` means it.

    No variable of the machine about openhands-testgen is left, no ``.env`` is read, the store is
    ``memory:`` and the interpreter is the one that runs the suite. A configuration that is made by
    keywords begins with the same.
    """
    from .testing import fixtures

    # Not the test's own `monkeypatch`, whose `undo` would let the machine in.
    with pytest.MonkeyPatch.context() as patch:
        yield fixtures.set_up(fixtures.terms_of(request), request.config, tmp_path, patch)


@pytest.fixture
def testgen_testbed(request: pytest.FixtureRequest, testgen_project: Path) -> Iterator[Testbed]:
    """The testbed under the other fixtures: every generator of the test is on it."""
    from .testing import Testbed, fixtures

    del testgen_project
    with Testbed(scripted=fixtures.is_scripted(request.config)) as testbed:
        testbed.clock.hurry(fixtures.terms_of(request).hurry)
        yield testbed


@pytest.fixture
def testgen_generator(testgen_testbed: Testbed) -> OpenHandsTestGenerator:
    """A generator on ``memory:`` in the temporary project; it is stopped after the test."""
    from .testing import fixtures

    del testgen_testbed
    return fixtures.make_generator()


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


@pytest.fixture(scope="session")
def testgen_factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[Rehearsal]]:
    """Makes the same for fixtures of a class, a module or the session.

    Called with the keywords of the marker, it answers a context manager: within it there is a
    `Rehearsal`, with `project`, `generator`, `engine`, `agent` and `clock`.
    """
    from .testing import fixtures

    return fixtures.factory(request.config, tmp_path_factory)
