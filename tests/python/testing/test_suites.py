"""Suites under other plug-ins: each is a pytest of its own, with a project of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

ALONE = ("-p", "no:asyncio", "-p", "no:anyio", "-p", "no:xdist")
"""Without the plug-ins of others, so that a suite starts sooner."""

SUITE = """
import pytest
from openhands_testgen.testing import ok, rate_limit, timeout


async def collect(generator, *modules):
    ids = [await generator.submit_test_generation_task(module) for module in modules]
    results = [await generator.get_test_generation_results(one) for one in ids]
    return [result["error_kind"] for result in results]


{marker}
@pytest.mark.testgen(hurry=True)
async def test_awaited(testgen_generator, scripted_agent):
    scripted_agent.script([ok(), rate_limit(times=1), timeout()])
    assert await collect(testgen_generator, "a.py", "b.py", "c.py") == [None, None, "timeout"]


{marker}
async def test_drained(testgen_generator, testgen_engine, testgen_clock):
    await testgen_generator.submit_test_generation_task("a.py")
    assert [result["success"] for result in await testgen_engine.drain()] == [True]


{marker}
async def test_left_under_way(testgen_generator, scripted_agent):
    scripted_agent.script(ok(seconds=3600))
    await testgen_generator.submit_test_generation_task("a.py")


def test_plain(testgen_engine):
    assert testgen_engine.drain_here() == []
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A place for suites; the options of this run are not theirs."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n")
    return pytester


@pytest.mark.parametrize(
    ("marker", "options"),
    [
        ("@pytest.mark.asyncio", ["--asyncio-mode=strict", "-p", "no:anyio"]),
        ("", ["--asyncio-mode=auto", "-p", "no:cacheprovider"]),
        ("@pytest.mark.anyio", ["-p", "no:asyncio"]),
        ("@pytest.mark.asyncio", ["-n", "2"]),
    ],
    ids=["asyncio strict", "asyncio auto", "anyio", "xdist"],
)
def test_a_suite_runs_under(suite: pytest.Pytester, marker: str, options: list[str]) -> None:
    suite.makepyfile(SUITE.format(marker=marker))
    if "anyio" not in marker:
        options += ["-o", "asyncio_default_fixture_loop_scope=function"]
    else:
        suite.makeconftest(
            "import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
        )

    result = suite.runpytest_subprocess(*options)

    result.assert_outcomes(passed=4)
    assert result.ret == 0
    assert not list(Path(suite.path).glob("**/openhands_workspace"))


def test_a_suite_runs_inside_another(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE.format(marker="@pytest.mark.asyncio"))

    result = suite.runpytest_inprocess(
        "-p", "no:anyio", "-p", "no:xdist", "-o", "asyncio_default_fixture_loop_scope=function"
    )

    result.assert_outcomes(passed=4)


def test_a_suite_without_the_fixtures_pays_nothing(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import sys


        def test_it(request):
            ours = {name for name in sys.modules if name.startswith("openhands_testgen")}
            assert ours == {"openhands_testgen", "openhands_testgen.pytest_plugin"}
            assert "asyncio" not in sys.modules
            assert not [name for name in request.fixturenames if "testgen" in name]
        """
    )
    others = ("anyio", "asyncio", "xdist", "xdist.looponfail", "timeout", "hypothesispytest")
    disabled = [option for name in others for option in ("-p", f"no:{name}")]

    suite.runpytest_subprocess(*disabled).assert_outcomes(passed=1)


def test_the_marker_and_the_option_are_documented(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--markers", *ALONE)
    result.stdout.fnmatch_lines(["@pytest.mark.testgen(project=None, files=None, hurry=False, *"])

    result = suite.runpytest_inprocess("--help", *ALONE)
    result.stdout.fnmatch_lines(["*--testgen-agent=AGENT*"])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("testgen(no_such_setting=1)", "*no_such_setting*"),
        ("testgen(workers=999)", "*workers*256*"),
        ("testgen(5)", "*testgen takes keywords only*"),
        ("testgen(hurry='yes')", "*testgen: hurry: must be True or False, not 'yes'*"),
        ("testgen(files=['a'])", "*testgen: files: must be a dict of texts*not [[]'a']*"),
        ("testgen(files={'a.py': 1})", "*testgen: files: must be a dict of texts*"),
        ("testgen(files={'/tmp/a.py': ''})", "*files: must be paths inside the temp*'/tmp/a.py'*"),
        ("testgen(files={'../a.py': ''})", "*files: must be paths inside the temp*'../a.py'*"),
        ("testgen(files={'a': '', 'a/b': ''})", "*testgen: files: 'a/b': *"),
        (
            "testgen(store='sqlite:/tmp/a.db')",
            "*testgen: store: must stay inside*'sqlite:/tmp/a.db'*",
        ),
        ("testgen(store='sqlite:../a.db')", "*testgen: store: must stay inside*"),
        ("testgen(workspace_root='../w')", "*testgen: workspace_root: must stay inside*'../w'*"),
        ("testgen(project='nowhere')", "*testgen: project: 'nowhere' is no folder*rootdir*"),
        ("testgen(project=5)", "*testgen: project: must be a text, not 5*"),
        ("testgen(project_root='x')", "*testgen: project_root: cannot be set: use `project`*"),
    ],
)
def test_a_marker_that_says_nonsense_is_refused(
    suite: pytest.Pytester, marker: str, message: str
) -> None:
    suite.makepyfile(
        f"import pytest\n\n@pytest.mark.{marker}\ndef test_it(testgen_generator):\n    pass\n"
    )

    result = suite.runpytest_inprocess(*ALONE)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("agent", "message"),
    [
        ("", "*--testgen-agent: must name an agent, such as scripted or local, not ''*"),
        ("nobody", "*--testgen-agent=nobody: agent *auto, local, server*"),
    ],
)
def test_an_agent_that_there_is_not_is_an_error_of_usage(
    suite: pytest.Pytester, agent: str, message: str
) -> None:
    result = suite.runpytest_subprocess(f"--testgen-agent={agent}", *ALONE)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_the_same_suite_runs_on_a_real_agent(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        '''
        import asyncio

        import pytest
        from openhands_testgen.testing import ok, timeout

        MODULE = """
        def double(number: int) -> int:
            return 2 * number
        """

        @pytest.mark.testgen(files={"src/a.py": MODULE})
        def test_success(testgen_generator, testgen_project, scripted_agent):
            scripted_agent.script(ok())
            result = asyncio.run(testgen_generator.generate_tests("src/a.py"))
            assert result["success"], result["error"]
            assert result["result"]["agent"] == "local"
            assert (testgen_project / result["output_path"]).is_file()

        def test_failure(testgen_generator, scripted_agent):
            scripted_agent.script([ok(), timeout()])
        '''
    )

    result = suite.runpytest_inprocess("--testgen-agent=local", "-rs", *ALONE)

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*cannot be asked of a real agent*"])
