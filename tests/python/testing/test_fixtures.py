"""The fixtures, as a suite uses them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import EngineClosedError, OpenHandsIntegrationConfig, OpenHandsTestGenerator
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


@pytest.mark.testgen(max_retries=0, require_sandbox=True)
def test_every_configuration_that_code_makes_is_that_of_the_test(
    testgen_project: Path, testgen_engine: SuiteEngine, tmp_path: Path
) -> None:
    for config in (OpenHandsIntegrationConfig(), OpenHandsIntegrationConfig.from_env()):
        assert (config.project_root, config.store) == (testgen_project, "memory:")
        assert str(config.python) == sys.executable
        assert (config.agent, config.max_retries) == ("local", 0)
        assert config.require_sandbox is True

    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig())
    assert asyncio.run(pipeline(generator, "src/a.py")) == [True]

    assert len(testgen_engine.submitted(module="src/a.py")) == 1
    assert {path.name for path in tmp_path.iterdir()} == {".env", "testgen_project"}


def test_what_a_configuration_says_itself_wins(testgen_project: Path, tmp_path: Path) -> None:
    config = OpenHandsIntegrationConfig(project_root=tmp_path, max_retries=7)

    assert (config.project_root, config.max_retries, config.store) == (tmp_path, 7, "memory:")
    assert config.workspace_root == tmp_path / "openhands_workspace"


def test_without_the_fixtures_a_configuration_is_that_of_the_working_directory(
    tmp_path: Path,
) -> None:
    assert OpenHandsIntegrationConfig().project_root == tmp_path


def test_a_test_that_undoes_its_patches_stays_in_its_project(
    testgen_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", "1")
    monkeypatch.undo()
    config = OpenHandsIntegrationConfig.from_env()
    assert (config.store, config.project_root) == ("memory:", testgen_project)


def test_tasks_of_every_kind_are_known(
    testgen_generator: OpenHandsTestGenerator, testgen_engine: SuiteEngine
) -> None:
    async def double(context: object, payload: dict[str, Any]) -> dict[str, Any]:
        return {"twice": 2 * payload["number"]}

    async def service() -> None:
        testgen_generator.register_handler("double", double)
        await testgen_generator.submit_task("double", {"number": 21})
        await testgen_generator.submit_test_generation_task("src/a.py")

    asyncio.run(service())

    assert [task["kind"] for task in testgen_engine.submitted()] == ["double", "generate_tests"]
    assert len(testgen_engine.submitted(module="src/a.py")) == 1
    assert testgen_engine.drain_here()[0]["result"] == {"twice": 42}


def test_what_was_submitted_is_known_after_the_code_has_stopped(
    testgen_generator: OpenHandsTestGenerator,
    testgen_engine: SuiteEngine,
    scripted_agent: ScriptedAgent,
) -> None:
    scripted_agent.script([ok(), ok(seconds=60)])

    async def service() -> None:
        async with testgen_generator:
            await testgen_generator.submit_test_generation_task("src/a.py")
            await testgen_generator.submit_test_generation_task("src/b.py")
        with pytest.raises(EngineClosedError):
            await testgen_generator.get_queue_stats()

    asyncio.run(service())

    assert len(testgen_engine.submitted()) == 2
    assert [result["success"] for result in testgen_engine.drain_here()] == [True, True]


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


@pytest.mark.testgen(store="sqlite:tasks.db")
def test_a_store_on_disk_is_looked_at_too(
    testgen_engine: SuiteEngine, testgen_project: Path
) -> None:
    async def scenario() -> list[bool]:
        generator = OpenHandsTestGenerator.from_env()
        result = await generator.generate_tests("src/a.py")
        await generator.stop()
        assert len(testgen_engine.submitted(module="src/a.py")) == 1
        return [result["success"]]

    assert asyncio.run(scenario()) == [True]

    assert [result["success"] for result in testgen_engine.outcomes()] == [True]
    assert (testgen_project / "tasks.db").exists()


def test_each_test_has_an_engine_of_its_own(
    testgen_engine: SuiteEngine, scripted_agent: ScriptedAgent
) -> None:
    scripted_agent.script([timeout()])

    assert testgen_engine.submitted() == []
