"""Who goes on with a task when the command that submitted it ends?"""

from __future__ import annotations

import os
import platform
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openhands_testgen import __version__

if TYPE_CHECKING:
    from .conftest import Cli


def test_submit_prints_an_id_and_starts_a_worker(cli: Cli, project: Path) -> None:
    task_id, worker = cli.submit("src/shop/pricing.py")
    assert worker is not None
    done = cli("results", task_id)
    assert done.returncode == 0, done.stderr
    assert "tests/shop/test_pricing.py" in done.stdout
    assert (project / "tests/shop/test_pricing.py").exists()
    assert (project / "openhands_workspace/worker.log").exists()


def test_a_living_worker_is_enough(cli: Cli, project: Path, slow_module: str) -> None:
    _, first = cli.submit(slow_module)
    _, second = cli.submit("src/shop/pricing.py")
    assert first is not None
    assert second is None


def test_workers_names_who_runs_what(cli: Cli, slow_module: str) -> None:
    assert cli.json("workers") == []
    assert "nobody runs tasks of sqlite:" in cli("workers").stderr
    task_id, worker = cli.submit(slow_module)
    cli.wait_for_status(task_id, "running")
    [member] = cli.json("workers")
    assert (member["pid"], member["running"]) == (worker, [task_id])
    assert (member["host"], member["version"]) == (platform.node(), __version__)
    assert "generate_tests/local" in member["lanes"]
    head, row = cli("workers").stdout.splitlines()
    assert head.split() == ["HOST", "PID", "VERSION", "UP", "SEEN", "RUNNING", "LANES", "[LABELS]"]
    assert row.split()[:3] == [platform.node(), str(worker), __version__]
    cli("cancel", task_id)


def test_the_worker_of_a_submission_has_a_session_of_its_own(cli: Cli, slow_module: str) -> None:
    task_id, worker = cli.submit(slow_module)
    assert worker is not None
    cli.wait_for_status(task_id, "running")
    assert os.getsid(worker) == worker


def test_the_worker_ends_when_nothing_is_left(cli: Cli, project: Path) -> None:
    task_id, worker = cli.submit("src/shop/pricing.py")
    assert worker is not None
    assert cli("results", task_id).returncode == 0
    cli.wait_for_end(worker)
    assert "nothing is left to do" in (project / "openhands_workspace/worker.log").read_text()


def test_results_are_the_same_each_time_they_are_read(cli: Cli) -> None:
    task_id, _ = cli.submit("src/shop/pricing.py")
    assert cli.json("results", task_id) == cli.json("results", task_id)


def test_detach_is_submit(cli: Cli) -> None:
    page = cli.json("generate", "src/shop/pricing.py", "--detach")
    [task] = page["tasks"]
    assert page["next_cursor"] is None
    assert task["metadata"]["module_path"] == "src/shop/pricing.py"
    assert cli("results", task["task_id"]).returncode == 0


@pytest.mark.parametrize("verb", [["submit"], ["generate", "--detach"]])
def test_with_the_memory_store_nothing_is_handed_over(cli: Cli, verb: list[str]) -> None:
    done = cli(*verb, "src/shop/pricing.py", "--store", "memory:")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "memory:" in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_hands_the_task_over(
    cli: Cli, project: Path, number: signal.Signals, code: int
) -> None:
    running = cli.start("generate", "src/shop/pricing.py")
    running.wait_for("agent")
    running.send(number)
    exit_code, output, said = running.finish()
    assert exit_code == code, said
    assert output == ""
    [task] = cli.json("list")["tasks"]
    assert f"openhands-testgen results {task['task_id']}" in said
    assert f"openhands-testgen cancel {task['task_id']}" in said
    done = cli("results", task["task_id"])
    assert done.returncode == 0, done.stderr
    assert (project / "tests/shop/test_pricing.py").exists()
    assert cli.json("status", task["task_id"])["attempt"] == 1, "given back, not used up"


def test_a_second_ctrl_c_cancels(cli: Cli, project: Path) -> None:
    running = cli.start("generate", "src/shop/pricing.py")
    running.wait_for("agent")
    running.send(signal.SIGINT)
    running.wait_for("once more cancels")
    running.send(signal.SIGINT)
    exit_code, _, said = running.finish()
    assert exit_code == 130, said
    assert "cancelled 1 task" in said
    [task] = cli.json("list")["tasks"]
    assert task["status"] == "cancelled"
    assert not (project / "tests/shop/test_pricing.py").exists()


def test_a_second_ctrl_c_cancels_after_the_hand_over_too(cli: Cli, slow_module: str) -> None:
    running = cli.start("generate", slow_module)
    running.wait_for("agent")
    running.send(signal.SIGINT)
    running.wait_for("  cancel  ")
    running.send(signal.SIGINT)
    exit_code, _, said = running.finish()
    assert exit_code == 130, said
    assert "cancelled 1 task" in said
    [task] = cli.json("list")["tasks"]
    assert task["status"] == "cancelled"


def test_the_key_of_ctrl_c_does_not_disturb_the_display(cli: Cli, slow_module: str) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [
            "setsid",
            "--ctty",
            "--wait",
            sys.executable,
            "-m",
            "openhands_testgen",
            "generate",
            "src",
        ],
        cwd=cli.project,
        env=cli.environment | {"TERM": "xterm-256color"},
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    seen, is_pressed = "", False
    while True:
        try:
            seen += os.read(parent, 65536).decode(errors="replace")
        except OSError:  # Linux says so when the other end is closed
            break
        if not is_pressed and "agent" in seen:
            os.write(parent, b"\x03")
            is_pressed = True
    process.wait()
    os.close(parent)
    assert "stopping here; once more cancels" in seen
    assert "Ctrl-C now cancels" in seen
    assert "^C" not in seen


def test_ctrl_c_with_the_memory_store_says_that_nothing_goes_on(cli: Cli) -> None:
    running = cli.start("generate", "src/shop/pricing.py", "--store", "memory:")
    running.wait_for("agent")
    running.send(signal.SIGINT)
    exit_code, _, said = running.finish()
    assert exit_code == 130, said
    assert "nothing can go on" in said


def test_a_wait_that_is_over_leaves_the_task_going_on(cli: Cli) -> None:
    done = cli("generate", "src/shop/pricing.py", "--wait-timeout", "0.5")
    assert done.returncode == 124, done.stderr
    [task] = cli.json("list")["tasks"]
    assert task["task_id"] in done.stderr
    assert "once more" not in done.stderr
    assert cli("results", task["task_id"]).returncode == 0


def test_results_that_do_not_wait_say_where_the_task_stands(cli: Cli, slow_module: str) -> None:
    task_id, _ = cli.submit(slow_module)
    done = cli("results", task_id, "--wait-timeout", "0")
    assert done.returncode == 124
    assert done.stdout == ""
    assert task_id in done.stderr


def test_a_killed_worker_is_replaced_by_whoever_waits(cli: Cli, slow_module: str) -> None:
    task_id, worker = cli.submit(slow_module)
    assert worker is not None
    cli.wait_for_status(task_id, "running")
    os.kill(worker, signal.SIGKILL)
    done = cli("results", task_id)
    assert done.returncode == 0, done.stderr
    assert "no living process runs it" in done.stderr


def test_another_worker_goes_on_for_a_killed_one(cli: Cli, slow_module: str) -> None:
    task_id, worker = cli.submit(slow_module)
    assert worker is not None
    cli.wait_for_status(task_id, "running")
    os.kill(worker, signal.SIGKILL)
    assert cli("worker", "--exit-when-idle").returncode == 0
    assert cli.json("status", task_id)["status"] == "completed"


def test_what_others_submitted_goes_on_when_generate_ends(cli: Cli, slow_module: str) -> None:
    cli.environment["OPENHANDS_WORKERS"] = "1"
    running = cli.start("generate", slow_module)
    running.wait_for("agent")
    task_id, worker = cli.submit("src/shop/pricing.py", "--priority", "low")
    assert worker is None, "the process of `generate` lives and works"
    exit_code, _, said = running.finish()
    assert exit_code == 0, said
    assert "goes on with 1 other task" in said
    cli.wait_for_status(task_id, "completed")


def test_watch_shows_each_change_and_ends_with_the_task(cli: Cli, slow_module: str) -> None:
    task_id, _ = cli.submit(slow_module)
    done = cli("watch", task_id)
    assert done.returncode == 0, done.stderr
    assert "src/shop/slow.py: verifying" in done.stderr
    assert "tests/shop/test_slow.py" in done.stdout
    assert cli.json("watch", task_id)["status"] == "completed"


def test_cancel_ends_a_running_task(cli: Cli, project: Path, slow_module: str) -> None:
    task_id, worker = cli.submit(slow_module)
    assert worker is not None
    cli.wait_for_status(task_id, "running")
    done = cli("cancel", task_id)
    assert done.returncode == 0, done.stderr
    assert "cancelled" in done.stdout
    status = cli.json("status", task_id)
    assert (status["status"], status["error_kind"]) == ("cancelled", "cancelled")
    assert cli("results", task_id).returncode == 1
    cli.wait_for_end(worker)
    assert not (project / "tests/shop/test_slow.py").exists()


def test_a_task_that_cannot_be_cancelled_does_not_keep_others_from_it(
    cli: Cli, slow_module: str
) -> None:
    task_id, _ = cli.submit(slow_module)
    done = cli("cancel", "nonsense", task_id)
    assert done.returncode == 7
    assert cli.json("status", task_id)["status"] == "cancelled"


def test_retry_submits_a_cancelled_task_once_more(cli: Cli, slow_module: str) -> None:
    task_id, _ = cli.submit(slow_module)
    cli("cancel", task_id)
    done = cli("retry", task_id)
    assert done.returncode == 0, done.stderr
    again = done.stdout.strip()
    assert cli.json("status", again)["metadata"]["retry_of"] == task_id
    assert cli("results", again).returncode == 0
    refused = cli("retry", again)
    assert refused.returncode == 2
    assert "completed" in refused.stderr


def test_a_worker_runs_what_others_submit_until_it_is_stopped(cli: Cli) -> None:
    worker = cli.start("worker", "--concurrency", "1")
    worker.wait_for("1 worker for generate_tests/local")
    task_id, started = cli.submit("src/shop/pricing.py")
    assert started is None
    assert cli("results", task_id).returncode == 0
    worker.send(signal.SIGTERM)
    exit_code, _, said = worker.finish()
    assert exit_code == 143
    assert f"attempt ended task={task_id} status=completed" in said


def test_a_second_signal_abandons_what_runs_and_the_next_worker_goes_on(
    cli: Cli, slow_module: str
) -> None:
    worker = cli.start("worker", "--concurrency", "1")
    worker.wait_for("1 worker for generate_tests/local")
    task_id, _ = cli.submit(slow_module)
    cli.wait_for_status(task_id, "running")
    worker.send(signal.SIGTERM)
    worker.wait_for("once more abandons them")
    worker.send(signal.SIGTERM)
    exit_code, _, said = worker.finish()
    assert exit_code == 143
    assert "abandoned what runs" in said
    assert cli("worker", "--exit-when-idle").returncode == 0
    done = cli.json("status", task_id)
    assert (done["status"], done["attempt"], done["retry_count"]) == ("completed", 2, 0)


def test_a_worker_needs_a_store_that_others_can_reach(cli: Cli) -> None:
    done = cli("worker", "--store", "memory:")
    assert done.returncode == 2
    assert "memory:" in done.stderr
