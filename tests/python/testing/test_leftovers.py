"""Forty tests in four processes, twice: no file, no process and no task stays behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SUITE = """
import asyncio
import os
import time
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import crash, hang, ok, rate_limit, timeout

OUTCOMES = [ok(), rate_limit(times=2), crash(times=1), timeout(), hang()]


def parent_of(process):
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


async def tasks_in_memory(project):
    config = OpenHandsIntegrationConfig(store="memory:", project_root=project, workers=0)
    return (await OpenHandsTestGenerator(config).get_queue_stats())["total_tasks"]


@pytest.fixture(autouse=True)
def nothing_outlives_a_test(tmp_path):
    yield
    processes = Path("/proc").glob("[0-9]*")
    assert [process for process in processes if parent_of(process) == os.getpid()] == []
    assert asyncio.run(tasks_in_memory(tmp_path)) == 0


def sleeps(context, payload):
    time.sleep(600)


async def submitted(generator, count):
    modules = [f"src/m{number}.py" for number in range(count)]
    return [await generator.submit_test_generation_task(module) for module in modules]


@pytest.mark.parametrize("number", range(30))
def test_ended(testgen_generator, testgen_engine, scripted_agent, number):
    scripted_agent.script(OUTCOMES[number % len(OUTCOMES)])
    asyncio.run(submitted(testgen_generator, 5))
    assert len(testgen_engine.drain_here()) == 5


@pytest.mark.parametrize("number", range(6))
def test_left_under_way(testgen_generator, scripted_agent, number):
    scripted_agent.script(hang())
    asyncio.run(submitted(testgen_generator, 5))


@pytest.mark.parametrize("number", range(4))
def test_left_with_a_process(testgen_generator, number):
    async def begun():
        testgen_generator.register_handler("sleeps", sleeps)
        task_id = await testgen_generator.submit_task("sleeps", {})
        async for event in testgen_generator.watch_task(task_id):
            if event["status"] == "running":
                return

    asyncio.run(begun())
"""


def files_below(*folders: Path) -> set[str]:
    return {str(path) for folder in folders for path in folder.rglob("*")}


def processes_with(variable: str) -> list[str]:
    """The commands of all processes with a variable in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


def test_forty_tests_in_four_processes_leave_nothing_behind(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytester.makepyfile(SUITE)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    home, temporary, base = tmp_path / "home", tmp_path / "temporary", tmp_path / "base"
    for folder in (home, temporary):
        folder.mkdir()
    cookie = f"LEFT_BY={tmp_path}"
    for name, value in {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LEFT_BY": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    before = files_below(home, temporary, pytester.path)

    for _ in range(2):
        ended = pytester.run(
            *pytester._getpytestargs(),
            "-q", "-n", "4", "-p", "no:asyncio", "-p", "no:anyio", "-p", "no:cacheprovider",
            f"--basetemp={base}",
        )  # fmt: skip
        pytest.RunResult.assert_outcomes(ended, passed=40)

        assert processes_with(cookie) == []
        assert files_below(home, temporary, pytester.path) - before <= {
            str(pytester.path / name) for name in ("stdout", "stderr")
        }
        kept = {path.name for path in base.rglob("*") if path.is_file()}
        assert kept == {"pyproject.toml"}, "a store, a workspace or a log was left"
    assert os.environ["LEFT_BY"] in cookie
