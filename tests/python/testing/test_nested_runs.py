"""pytest inside pytest: what verification runs sees nothing of the suite around it."""

from __future__ import annotations

import sys

import pytest

TESTS = """
import os
import sys

from a import double


def test_double():
    assert double(2) == 4


def test_nothing_of_the_run_around_it_is_here():
    outer = ("PYTEST_", "COV_", "COVERAGE_", "OPENHANDS_", "MEDDLER_")
    names = {name for name in os.environ if name.startswith(outer)}
    # What pytest and coverage tell of themselves.
    assert names <= {"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "COVERAGE_RUN"}
    foreign = ("openhands_testgen", "meddler")
    assert not [name for name in sys.modules if name.split(".")[0] in foreign]
    assert double(1) == 2
"""

SUITE = f'''
import asyncio

import pytest
from openhands_testgen.testing import writes

TESTS = """{TESTS}"""


@pytest.mark.testgen(files={{"src/a.py": "def double(number):\\n    return 2 * number\\n"}})
def test_it(testgen_generator, scripted_agent, pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("meddler")
    scripted_agent.script(writes(TESTS))
    result = asyncio.run(testgen_generator.generate_tests("src/a.py"))
    assert result["success"], result
    assert result["result"]["verification"]["removed"] == []
    assert result["result"]["tests"] == [
        "test_double", "test_nothing_of_the_run_around_it_is_here"
    ]
    assert result["result"]["coverage"]["percent"] == 100.0
'''

MEDDLER = '''
def pytest_collection_modifyitems(items):
    """Leaves out the tests of everyone but the suite itself."""
    items[:] = [item for item in items if item.name == "test_it"]
'''


def test_verification_sees_nothing_of_the_run_around_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(meddler=MEDDLER, test_suite=SUITE)
    (pytester.path / ".coveragerc").write_text("[run]\nsource = nowhere\nparallel = true\n")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    monkeypatch.setenv("PYTEST_PLUGINS", "meddler")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:asyncio -p no:anyio --maxfail=1 -k test_it")
    monkeypatch.setenv("COVERAGE_PROCESS_START", str(pytester.path / ".coveragerc"))
    monkeypatch.setenv("COV_CORE_SOURCE", "nowhere")
    monkeypatch.setenv("MEDDLER_WAS_HERE", "1")

    result = pytester.run(
        sys.executable, "-m", "coverage", "run", "-m", "pytest", "-n", "1", "-p", "pytester"
    )

    pytest.RunResult.assert_outcomes(result, passed=1)
