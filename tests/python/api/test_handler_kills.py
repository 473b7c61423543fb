"""What a killed process leaves of its handlers, and who ends it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from .programs import lives, python

pytestmark = pytest.mark.usefixtures("project")


def left_by_a_killed_engine(program: Path, kind: str) -> int:
    """The process that the handler of a kind names in its progress; its engine is killed then."""
    killed = python(
        program,
        f"""
        generator = make()
        generator.register_handler("{kind}", {kind})
        print(asyncio.run(begun(generator, "{kind}"))["progress"]["message"], flush=True)
        os.kill(os.getpid(), 9)
        """,
    )
    assert killed.returncode == -9
    return int(killed.stdout)


def test_a_function_ends_when_its_engine_is_killed(program: Path) -> None:
    process = left_by_a_killed_engine(program, "function")
    deadline = time.monotonic() + 2
    while lives(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not lives(process)


def test_what_a_function_of_a_killed_engine_started_ends_before_its_task_runs_again(
    program: Path,
) -> None:
    left = left_by_a_killed_engine(program, "parent")
    assert lives(left)
    restarted = python(
        program,
        f"""
        generator = make()
        print(asyncio.run(run(generator, "noop", {{}})), os.path.exists("/proc/{left}/exe"))
        """,
    )
    assert (restarted.returncode, restarted.stdout) == (0, "{} False\n")
    assert "left running" in restarted.stderr
    assert not lives(left)


def test_a_store_in_memory_leaves_the_processes_of_others_alone(program: Path) -> None:
    left = left_by_a_killed_engine(program, "parent")
    started = python(
        program,
        """
        generator = make(store="memory:")
        print(asyncio.run(run(generator, "noop", {})))
        """,
    )
    # Whether it still lives is not asked: an engine of another program may have ended it.
    with suppress(ProcessLookupError):
        os.kill(left, signal.SIGKILL)
    assert (started.returncode, started.stdout, started.stderr) == (0, "{}\n", "")


def test_a_living_process_ends_what_a_killed_one_left_before_it_takes_the_task(
    program: Path,
) -> None:
    watched = python(
        program,
        """
        holder = [sys.executable, __file__, "hold"]
        if sys.argv[1:] == ["hold"]:
            generator = make()
            generator.register_handler("parent", parent)
            print(asyncio.run(begun(generator, "parent"))["progress"]["message"], flush=True)
            time.sleep(300)

        async def main():
            generator = make()
            await generator.start()
            held = subprocess.Popen(holder, stdout=subprocess.PIPE)
            left = held.stdout.readline().decode().strip()
            [task] = (await generator.list_tasks(kind="parent"))["tasks"]
            held.kill()
            held.wait()
            async for event in generator.watch_task(task["task_id"], after=2):
                if event["event"] == "status" and event["status"] != "running":
                    print(event["status"], os.path.exists(f"/proc/{left}/exe"))
                    break

        asyncio.run(main())
        """,
    )
    assert (watched.returncode, watched.stdout) == (0, "queued False\n"), watched.stderr
