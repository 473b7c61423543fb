"""Handlers when their process forks or exits: in processes of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .programs import lives, python

pytestmark = pytest.mark.usefixtures("project")


def test_an_interpreter_that_exits_after_its_tasks_does_so_cleanly(program: Path) -> None:
    ended = python(
        program,
        """
        generator = make("memory:")
        generator.register_handler("double", double)
        generator.register_handler("number", number)
        print(asyncio.run(run(generator, "double", {"number": 2})))
        print(asyncio.run(run(generator, "number", {"number": 3})))
        """,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "{'number': 4}\n{'number': 3}\n"


def test_exit_with_a_running_handler_gives_its_task_back(program: Path) -> None:
    ended = python(
        program,
        """
        generator = make()
        generator.register_handler("waits", waits)
        print(asyncio.run(begun(generator, "waits"))["task_id"])
        """,
    )
    assert ended.returncode == 0
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "1 unfinished task(s) stay in the store" in ended.stderr
    after = python(
        program,
        f"""
        status = asyncio.run(make(workers=0).get_task_status({ended.stdout.strip()!r}))
        print(status["kind"], status["status"], status["attempt"])
        os._exit(0)
        """,
    )
    assert after.stdout == "waits queued 0\n", after.stderr


def test_exit_with_a_handler_that_will_not_end_takes_no_longer_than_its_grace(
    program: Path,
) -> None:
    ended = python(
        program,
        """
        generator = make()
        generator.register_handler("stubborn", stubborn)
        asyncio.run(begun(generator, "stubborn"))
        """,
    )
    assert ended.returncode == 0
    assert "did not end within 5 s after it was asked to stop" in ended.stderr
    assert "Traceback" not in ended.stderr and "destroyed" not in ended.stderr, ended.stderr


def test_exit_with_a_running_function_ends_its_process(program: Path) -> None:
    ended = python(
        program,
        """
        generator = make()
        generator.register_handler("function", function)
        print(asyncio.run(begun(generator, "function"))["progress"]["message"])
        """,
    )
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert not lives(int(ended.stdout))


@pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])
def test_a_forked_child_runs_handlers_anew_and_the_parent_goes_on(
    program: Path, store: str
) -> None:
    ended = python(
        program,
        f"""
        generator = make({store!r})
        generator.register_handler("double", double)
        generator.register_handler("number", number)
        async def both(n):
            doubled = await run(generator, "double", {{"number": n}})
            return doubled["number"] + (await run(generator, "number", {{"number": n}}))["number"]
        print(asyncio.run(both(1)), flush=True)
        child = os.fork()
        if child == 0:
            print(asyncio.run(both(2)), flush=True)
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), asyncio.run(both(3)))
        """,
    )
    assert (ended.returncode, ended.stdout) == (0, "3\n6\n0 9\n"), ended.stderr
    assert ended.stderr == ""


def test_a_registration_leaves_the_start_method_of_multiprocessing_open(program: Path) -> None:
    ended = python(
        program,
        """
        import multiprocessing
        generator = make("memory:")
        generator.register_handler("number", number)
        multiprocessing.set_start_method("spawn")
        print(asyncio.run(run(generator, "number", {"number": 3})))
        """,
    )
    assert (ended.returncode, ended.stdout) == (0, "{'number': 3}\n"), ended.stderr


def test_a_function_of_a_program_without_a_file_is_refused() -> None:
    program = """
from openhands_testgen import InvalidRequestError, OpenHandsIntegrationConfig
from openhands_testgen import OpenHandsTestGenerator
def number(context, payload): ...
try:
    OpenHandsTestGenerator(OpenHandsIntegrationConfig()).register_handler("number", number)
except InvalidRequestError as error:
    print(error)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert "cannot find what was typed at a prompt or given with -c" in ended.stdout, ended.stderr


def test_another_process_without_the_handler_reads_its_tasks_and_runs_none(program: Path) -> None:
    first = python(
        program,
        """
        generator = make(workers=0)
        generator.register_handler("double", double)
        print(asyncio.run(generator.submit_task("double", {"number": 1})))
        os._exit(0)
        """,
    )
    second = python(
        program,
        """
        from openhands_testgen import InvalidRequestError
        async def main():
            generator = make()
            await run(generator, "noop", {})  # the dispatcher has looked
            page = await generator.list_tasks(kind="double")
            print(page["tasks"][0]["status"], (await generator.get_queue_stats())["queued"])
            try:
                await generator.submit_task("double", {"number": 1})
            except InvalidRequestError as error:
                print(error)
        asyncio.run(main())
        os._exit(0)
        """,
    )
    assert first.returncode == 0, first.stderr
    status, refusal = second.stdout.splitlines()
    assert status == "queued 1"
    assert "register_handler" in refusal
    third = python(
        program,
        f"""
        generator = make()
        generator.register_handler("double", double)
        print(asyncio.run(generator.get_test_generation_results({first.stdout.strip()!r}, 30)))
        """,
    )
    assert "'result': {'number': 2}" in third.stdout, third.stderr


def test_the_command_shows_tasks_of_a_users_kind(program: Path) -> None:
    ended = python(
        program,
        """
        import subprocess
        def command(*words):
            words = ["-m", "openhands_testgen", *words, "--store", "sqlite:tasks.db"]
            ended = subprocess.run([sys.executable, *words], capture_output=True, text=True)
            print(ended.returncode, ended.stdout + ended.stderr, flush=True)
        async def main():
            generator = make()
            generator.register_handler("waits", waits)
            task_id = (await begun(generator, "waits"))["task_id"]
            await asyncio.to_thread(command, "status", task_id)
            await asyncio.to_thread(command, "list", "--kind", "waits")
            await asyncio.to_thread(command, "list", "--kind", "Waits")
            await generator.cancel_task(task_id)
            await asyncio.to_thread(command, "status", task_id)
        asyncio.run(main())
        """,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    running, listed, refused, cancelled = re.split(r"\n(?=\d )", ended.stdout)
    assert running.startswith("0 ") and "running: working, waiting (3 of 10)" in running
    assert re.search(r"kind\s+waits", running)
    assert listed.startswith("0 ") and "waits" in listed
    assert refused.startswith("2 ") and "a lower-case letter" in refused
    assert cancelled.startswith("0 ") and "cancelled" in cancelled
