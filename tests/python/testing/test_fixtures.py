"""The fixtures, as a suite uses them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import (
    Clock,
    ScriptedAgent,
    SuiteEngine,
    fails,
    hang,
    ok,
    rate_limit,
    timeout,
)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with settings of its own, which no test may see."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OPENROUTER_API_KEY=of-the-file\nOPENHANDS_WORKERS=9\n")
    monkeypatch.setenv("OPENHANDS_WORKERS", "7")
    monkeypatch.setenv("OPENROUTER_API_KEY", "of-the-machine")


async def pipeline(generator: OpenHandsTestGenerator, *modules: str) -> list[bool]:
    """Code under test: submits, goes on, collects."""
    ids = [await generator.submit_test_generation_task(module) for module in modules]
    return [(await generator.get_test_generation_results(one))["success"] for one in ids]


def test_a_generator_needs_nothing_of_the_machine(
    testgen_generator: OpenHandsTestGenerator, tmp_path: Path
) -> None:
    assert asyncio.run(pipeline(testgen_generator, "src/a.py", "src/b.py")) == [True, True]

    config = testgen_generator.config
    assert (config.workers, config.api_key, config.store) == (3, None, "memory:")
    assert str(config.project_root).startswith(str(tmp_path))
    assert str(config.python) == sys.executable


def test_code_that_makes_its_own_generator_gets_the_same_engine(
    testgen_engine: SuiteEngine, scripted_agent: ScriptedAgent
) -> None:
    scripted_agent.script(fails("quota"), module="src/b.py")

    successes = asyncio.run(pipeline(OpenHandsTestGenerator.from_env(), "src/a.py", "src/b.py"))

    assert successes == [True, False]
    assert len(testgen_engine.submitted()) == 2
    assert [task["status"] for task in testgen_engine.submitted(module="src/b.py")] == ["failed"]
    assert [result["error_kind"] for result in testgen_engine.outcomes()] == [None, "quota"]


@pytest.mark.usefixtures("testgen_project")
def test_a_variable_that_a_test_deletes_stays_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "OPENROUTER_API_KEY" not in os.environ
    monkeypatch.setenv("OPENROUTER_API_KEY", "of-the-test")
    assert OpenHandsIntegrationConfig.from_env().api_key is not None

    monkeypatch.delenv("OPENROUTER_API_KEY")

    assert OpenHandsIntegrationConfig.from_env().api_key is None


def test_the_environment_is_as_before_without_the_fixtures() -> None:
    assert os.environ["OPENHANDS_WORKERS"] == "7"
    assert "OPENHANDS_STORE" not in os.environ


def test_what_was_submitted_is_known_without_an_event_loop(
    testgen_generator: OpenHandsTestGenerator,
    testgen_engine: SuiteEngine,
    scripted_agent: ScriptedAgent,
) -> None:
    scripted_agent.script([ok(seconds=3600), rate_limit(times=2), hang()])
    modules = ["src/a.py", "src/b.py", "src/c.py"]

    async def submit() -> None:
        for module in modules:
            await testgen_generator.submit_test_generation_task(module, timeout=7200)

    asyncio.run(submit())

    shown = [task["metadata"]["module_path"] for task in testgen_engine.submitted()]
    assert shown == modules
    assert testgen_engine.outcomes(module="src/a.py") == []
    ends = [result["error_kind"] for result in testgen_engine.drain_here()]
    assert ends == [None, None, "timeout"]


def test_draining_lets_coroutines_of_the_loop_go_on(
    testgen_generator: OpenHandsTestGenerator,
    testgen_engine: SuiteEngine,
    scripted_agent: ScriptedAgent,
) -> None:
    async def scenario() -> list[bool]:
        scripted_agent.script(ok(seconds=60))
        under_test = asyncio.create_task(pipeline(testgen_generator, "src/a.py", "src/b.py"))
        await asyncio.sleep(0)
        results = await testgen_engine.drain()
        return [*(result["success"] for result in results), *await under_test]

    assert asyncio.run(scenario()) == [True] * 4


@pytest.mark.testgen(workers=0)
def test_what_cannot_end_is_said(
    testgen_generator: OpenHandsTestGenerator, testgen_engine: SuiteEngine
) -> None:
    async def submit() -> None:
        await testgen_generator.submit_test_generation_task("src/a.py")

    asyncio.run(submit())

    with pytest.raises(RuntimeError, match=r"1 task\(s\) will never end"):
        testgen_engine.drain_here()


@pytest.mark.testgen(
    workers=1,
    max_retries=0,
    files={
        "src/a.py": """
            def one():
                return 1
        """
    },
)
class TestMarked:
    """A marker holds for a class, and what stands nearer wins."""

    def test_settings_and_files_are_those_of_the_marker(
        self, testgen_generator: OpenHandsTestGenerator, testgen_project: Path
    ) -> None:
        config = testgen_generator.config
        assert (config.workers, config.max_retries) == (1, 0)
        assert (testgen_project / "src/a.py").read_text() == "def one():\n    return 1\n"

    @pytest.mark.testgen(max_retries=5, hurry=True)
    def test_a_hurried_clock_makes_retries_take_no_time(
        self,
        testgen_generator: OpenHandsTestGenerator,
        scripted_agent: ScriptedAgent,
        testgen_clock: Clock,
    ) -> None:
        begin = testgen_clock.now()
        scripted_agent.script(rate_limit(times=5))

        assert asyncio.run(pipeline(testgen_generator, "src/a.py")) == [True]

        assert testgen_generator.config.workers == 1
        assert (testgen_clock.now() - begin).total_seconds() > 10


@pytest.mark.testgen(project="examples/shop")
def test_a_project_is_copied(testgen_project: Path) -> None:
    assert (testgen_project / "src/shop/cart.py").is_file()


def test_each_test_has_an_engine_of_its_own(
    testgen_engine: SuiteEngine, scripted_agent: ScriptedAgent
) -> None:
    scripted_agent.script([timeout()])

    assert testgen_engine.submitted() == []
