"""Exits, forks and killed processes: in processes of their own, since they are about processes."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("project")


def python(program: str, *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs a program in the project, with a generator on SQLite ready."""
    head = """
        import asyncio, os, sys, time
        from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

        def make(store="sqlite:tasks.db", workers=1):
            return OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, workers=workers))

        async def noop(generator):
            task_id = await generator.submit_task("noop", {})
            return (await generator.get_test_generation_results(task_id, 30))["success"]
    """
    return subprocess.run(
        [sys.executable, "-u", "-c", textwrap.dedent(head) + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def assert_clean(ended: subprocess.CompletedProcess[str]) -> None:
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])
def test_an_interpreter_that_exits_at_once_does_so_cleanly(store: str) -> None:
    assert_clean(python(f"print(asyncio.run(noop(make({store!r}))))"))


def test_exit_with_tasks_in_flight_gives_them_back_and_says_so(project: Path) -> None:
    (project / "slow.py").write_text("import time\ntime.sleep(8)\n\ndef f():\n    return 1\n")
    ended = python("""
        generator = make()
        async def main():
            task_id = await generator.submit_test_generation_task("slow.py")
            while (await generator.get_task_status(task_id))["status"] != "running":
                await asyncio.sleep(0.01)
            print(task_id)
        asyncio.run(main())
    """)
    assert ended.returncode == 0
    assert "1 unfinished task(s) stay in the store" in ended.stderr
    assert "worker --exit-when-idle" in ended.stderr
    task_id = ended.stdout.strip()
    after = python(f"""
        status = asyncio.run(make(workers=0).get_task_status({task_id!r}))
        print(status["status"], status["attempt"])
        os._exit(0)
    """)
    assert after.stdout == "queued 0\n"
    assert not list((project / "openhands_workspace/.attempts").iterdir())


def test_exit_with_a_memory_store_says_what_is_lost() -> None:
    ended = python("""
        asyncio.run(make("memory:", 0).submit_test_generation_task("a.py"))
    """)
    assert ended.returncode == 0
    assert "1 unfinished task(s) are lost" in ended.stderr


def test_exit_while_a_loop_still_waits_is_clean() -> None:
    ended = python("""
        generator = make(workers=0)
        async def main():
            task_id = await generator.submit_test_generation_task("a.py")
            waits = [asyncio.ensure_future(generator.get_test_generation_results(task_id))
                     for _ in range(50)]
            await asyncio.sleep(0)
            sys.exit(3)
        asyncio.run(main())
    """)
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])
def test_a_forked_child_starts_anew_and_the_parent_goes_on(store: str) -> None:
    ended = python(f"""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        generator = make({store!r})
        print(asyncio.run(noop(generator)))
        child = os.fork()
        if child == 0:
            ok = asyncio.run(noop(generator)) and asyncio.run(noop(make({store!r})))
            os._exit(0 if ok else 1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), asyncio.run(noop(generator)))
    """)
    assert (ended.returncode, ended.stdout) == (0, "True\n0 True\n"), ended.stderr


def test_a_multiprocessing_pool_by_fork_works() -> None:
    ended = python("""
        import multiprocessing, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        generator = make()
        asyncio.run(noop(generator))
        def work(_):
            return asyncio.run(noop(generator))
        with multiprocessing.get_context("fork").Pool(3) as pool:
            print(pool.map(work, range(6)))
    """)
    assert (ended.returncode, ended.stdout) == (0, f"{[True] * 6}\n"), ended.stderr


def test_a_task_of_a_killed_process_runs_again_at_the_next_start(components: Path) -> None:
    program = """
        import asyncio
        from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
        generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="sqlite:tasks.db"))
        async def main():
            task_id = await generator.submit_test_generation_task("src/components/my_component.py")
            while (await generator.get_task_status(task_id))["status"] != "running":
                await asyncio.sleep(0.01)
            print(task_id, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        task_id = victim.stdout.readline().strip()
        victim.kill()

    ended = python(f"""
        generator = make()
        result = asyncio.run(generator.get_test_generation_results({task_id!r}, 60))
        status = asyncio.run(generator.get_task_status({task_id!r}))
        print(result["success"], status["attempt"], status["retry_count"])
    """)
    assert ended.stdout == "True 2 0\n", ended.stderr
    assert not list((components / "openhands_workspace/.attempts").iterdir())


def test_two_processes_may_open_one_store_at_the_same_moment() -> None:
    program = textwrap.dedent("""
        import asyncio
        from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
        generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="sqlite:tasks.db"))
        async def main():
            ids = [await generator.submit_task("noop", {}) for _ in range(20)]
            for task_id in ids:
                assert (await generator.get_test_generation_results(task_id))["success"]
        asyncio.run(main())
    """)
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        # Whoever begins ends what a dead process left, of another test beside this one too.
        said = [line for line in errors.splitlines() if "a dead process left" not in line]
        assert (process.returncode, said) == (0, [])
