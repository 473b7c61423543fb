"""The fixture that makes all others, for a class, a module or a session."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import Rehearsal, SuiteEngine, ok

Factory = Callable[..., AbstractContextManager[Rehearsal]]


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with a working directory and settings of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENHANDS_WORKERS", "7")


def test_what_was_submitted_cannot_be_asked_for_after_the_test(testgen_factory: Factory) -> None:
    with testgen_factory() as rehearsal:
        pass

    with pytest.raises(RuntimeError, match="has ended with it: ask before"):
        rehearsal.engine.submitted()


def test_links_in_a_project_lead_nowhere_else(testgen_factory: Factory, tmp_path: Path) -> None:
    original = tmp_path / "original"
    (original / "src").mkdir(parents=True)
    (original / "src/loop").symlink_to(original)
    (original / "src/gone.py").symlink_to("nowhere.py")
    (original / "src/a.py").touch()

    with testgen_factory(project=str(original)) as rehearsal:
        names = {path.name for path in rehearsal.project.rglob("*")}

    assert names == {"pyproject.toml", "src", "a.py"}


def test_rehearsals_need_not_end_in_turn(testgen_factory: Factory) -> None:
    machine = dict(os.environ)
    first, second = ExitStack(), ExitStack()
    first.enter_context(testgen_factory())
    still = second.enter_context(testgen_factory())

    first.close()

    assert OpenHandsIntegrationConfig.from_env().project_root == still.project
    assert OpenHandsIntegrationConfig().project_root == still.project
    second.close()
    assert dict(os.environ) == machine
    assert OpenHandsIntegrationConfig().store != "memory:"


@pytest.fixture(scope="class")
def shared(testgen_factory: Factory) -> Iterator[Rehearsal]:
    """One rehearsal for several tests."""
    with testgen_factory(workers=1, files={"src/a.py": "A = 1\n"}) as rehearsal:
        yield rehearsal


class TestShared:
    """Fixtures of a wider scope are made with a factory."""

    @pytest.mark.parametrize("nth", ["first", "second"])
    def test_it_is_played_and_moved_ahead_as_any_other(self, shared: Rehearsal, nth: str) -> None:
        before = len(shared.engine.outcomes())
        shared.agent.script(ok(seconds=60))
        asyncio.run(shared.generator.submit_test_generation_task("src/a.py"))
        shared.clock.advance(60)

        assert len(shared.engine.outcomes()) == before + 1
        assert shared.generator.config.workers == 1
        assert (shared.project / "src/a.py").exists()

    def test_a_test_may_have_one_of_its_own_beside_it(
        self, shared: Rehearsal, testgen_engine: SuiteEngine, testgen_project: Path
    ) -> None:
        generator = OpenHandsTestGenerator.from_env()
        assert asyncio.run(generator.generate_tests("src/b.py"))["success"]

        assert len(testgen_engine.submitted()) == 1
        assert shared.engine.submitted(module="src/b.py") == []
        assert shared.project != testgen_project
