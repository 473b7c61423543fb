"""The planning tools: restarts, limits, callbacks, figures, and what is impossible."""

from __future__ import annotations

import asyncio
import http.server
import inspect
import json
import logging
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from openhands_testgen import (
    InvalidRequestError,
    OpenHandsTestGenerator,
    QueueFullError,
    planning,
)

from .conftest import stop_engine
from .test_seed import ended, id_of, ids_of

SCHEMAS = Path(__file__).parents[3] / "src/planning/schemas"
PLAN = "- T1: Draw (1 day, depends on T2)\n- T2: Build (2 days, depends on T1)\n"


def test_a_task_survives_a_restart_between_submission_and_result() -> None:
    task_id = id_of(planning.submit_requirements_parsing("- REQ-1: Users log in"))

    stop_engine()

    assert "REQ-1: Users log in" in ended(task_id)


def test_other_programs_on_the_store_see_the_task() -> None:
    task_id = id_of(planning.submit_plan_validation(PLAN))
    program = (
        "import sys\nfrom openhands_testgen import planning\n"
        "text = planning.get_task_result(sys.argv[1])\n"
        "while 'Task Pending' in text or 'Task Processing' in text:\n"
        "    text = planning.get_task_result(sys.argv[1])\n"
        "print(text)"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", program, task_id],
        capture_output=True, text=True, timeout=110, check=True,
    )  # fmt: skip

    assert "Tool: validate_plan\nStatus: completed" in elsewhere.stdout
    assert "T1 → T2 → T1" in elsewhere.stdout


@pytest.mark.parametrize(
    ("kind", "payload", "schema", "part"),
    [
        ("plan_generation", {"requirement": "a fast shop with cart and stock"}, "plan", "plan"),
        ("requirements_parsing", {"requirements_text": "a fast shop"}, "requirements", None),
        ("plan_validation", {"plan_text": PLAN}, "findings", None),
    ],
)
def test_results_are_of_the_published_form(
    kind: str, payload: dict[str, str], schema: str, part: str | None
) -> None:
    async def main() -> dict[str, Any]:
        generator = OpenHandsTestGenerator.from_env()
        task_id = await generator.submit_task(kind, payload)
        result = (await generator.get_test_generation_results(task_id, 60))["result"]
        await generator.stop(0)
        assert result is not None
        return result

    result = asyncio.run(main())

    form = json.loads((SCHEMAS / f"{schema}.json").read_text())
    jsonschema.validate(result[part] if part else result, form)


def test_a_call_that_takes_too_long_answers_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    text = planning.handle_planning_request("Plan a todo app", limit_seconds=0)

    assert text.startswith("It takes longer than 0 s, and goes on.")
    assert "todo app" in ended(id_of(text))
    monkeypatch.setattr(planning, "SYNC_LIMIT_SECONDS", 0)
    assert id_of(planning.validate_plan(PLAN))


def test_the_mode_can_be_forced() -> None:
    ask = planning.handle_planning_request
    assert id_of(ask("Plan a todo app", mode="async"))
    assert "# todo app" in ask("Submit async: Plan a todo app", mode="sync")


def test_a_cancelled_task_is_told_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENHANDS_WORKERS", "0")  # nobody runs it before it is cancelled
    task_id = id_of(planning.submit_plan_generation("a shop"))
    assert "Status: pending" in planning.get_task_result(task_id)

    told = planning.handle_planning_request(f"Cancel task {task_id}")

    assert "Status: failed\nError: Task cancelled" in told


def test_all_tasks_that_are_named_are_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENHANDS_WORKERS", "0")  # nobody runs them before they are cancelled
    first, second = (id_of(planning.submit_plan_generation(text)) for text in ("a shop", "a bank"))

    told = planning.handle_planning_request(f"Cancel tasks {first} and {second}")

    assert told.count("Status: failed\nError: Task cancelled") == 2
    assert "Status: failed" in planning.get_task_result(second)


def test_of_tasks_of_which_one_is_impossible_none_is_kept() -> None:
    with pytest.raises(InvalidRequestError, match="at most 262144 are taken"):
        planning.handle_planning_request(f"Submit 2 tasks: plan a shop; plan {'x' * 300_000}")

    assert planning.get_planning_metrics()["tasks_created_last_minute"] == 0


def test_of_tasks_that_the_queue_does_not_take_those_before_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENHANDS_WORKERS", "0")
    monkeypatch.setenv("OPENHANDS_QUEUE_SIZE", "2")

    told = planning.handle_planning_request("Submit 3 tasks: plan A, B, and C")

    kept = ids_of(told)
    assert len(kept) == 2
    assert all("Status: pending" in planning.get_task_result(task_id) for task_id in kept)
    assert "Not submitted: the last task was not kept" in told
    with pytest.raises(QueueFullError):
        planning.handle_planning_request("Submit 2 tasks: plan A and B")


def test_a_completed_task_stays_so_when_it_is_cancelled() -> None:
    task_id = id_of(planning.submit_plan_generation("a shop"))
    ended(task_id)

    told = planning.handle_planning_request(f"Cancel task {task_id}")

    assert "Status: completed" in told


def test_nothing_submitted_yet_has_no_status() -> None:
    assert "No task was submitted yet" in planning.handle_planning_request("Check status")


def test_somebody_is_told_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told: queue.Queue[tuple[str, dict[str, object]]] = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()
            told.put((self.headers["webhook-signature"], json.loads(body)))

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    monkeypatch.setenv("OPENHANDS_WEBHOOK_NETWORKS", "127.0.0.0/8")
    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        task_id = planning.submit_task_with_callback(
            "submit_plan_generation",
            {"requirement": "a todo app"},
            f"http://127.0.0.1:{server.server_port}/hook",
        )
        signature, message = told.get(timeout=60)
        server.shutdown()
        assert task_id in planning.handle_planning_request("Check status")

    assert signature.startswith("v1,")
    assert message["type"] == "task.completed"
    data = message["data"]
    assert isinstance(data, dict)
    assert (data["task_id"], data["task_type"]) == (task_id, "plan_generation")


@pytest.mark.parametrize(
    ("tool", "args", "url", "says"),
    [
        ("frobnicate", {}, "https://example.org/", "tool_name: .*unknown: use one of"),
        ("validate_plan", {"plan": "x"}, "https://example.org/", 'has no field "plan"'),
        ("validate_plan", {"plan_text": ""}, "https://example.org/", "plan_text: is empty"),
        ("validate_plan", {"plan_text": "x"}, "http://127.1/", "webhook_url: .*public address"),
        ("validate_plan", {"plan_text": "x"}, "file:///etc/passwd", "webhook_url: .*http"),
    ],
)
def test_an_impossible_callback_starts_nothing(
    tool: str, args: dict[str, str], url: str, says: str
) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        planning.submit_task_with_callback(tool, args, url)

    assert planning.get_planning_metrics()["tasks_created_last_minute"] == 0


@pytest.mark.parametrize("text", ["", " \n", "a\0b", "x" * (256 * 1024 + 1)])
def test_impossible_texts_are_refused(text: str) -> None:
    for tool in (planning.generate_implementation_plan, planning.submit_plan_validation):
        with pytest.raises(InvalidRequestError):
            tool(text)


def test_an_unknown_mode_and_an_empty_prompt_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match='mode: "later" is no mode'):
        planning.handle_planning_request("Plan a todo app", mode="later")
    with pytest.raises(InvalidRequestError, match="prompt: is empty"):
        planning.handle_planning_request("  ")


def test_creation_and_completion_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "openhands_testgen"):
        task_id = id_of(planning.submit_plan_generation("a shop"))
        ended(task_id)
        planning.handle_planning_request(f"Get result for task {task_id}")
        stop_engine()
        wanted = [f"📝 Created task {task_id}", f"📊 Task {task_id} completed"]
        for _ in range(600):
            lines = [record.getMessage() for record in caplog.records]
            if all(any(text in line for line in lines) for text in wanted):
                return
            threading.Event().wait(0.1)
    pytest.fail(f"{wanted} not in {lines}")


def test_figures_tell_how_planning_goes() -> None:
    empty = planning.get_planning_metrics()
    assert (empty["mean_completion_seconds"], empty["failure_rate"]) == (None, None)

    planning.parse_requirements("todo app")

    metrics = planning.get_planning_metrics()
    assert metrics["tasks_created_last_minute"] == 1
    assert metrics["mean_completion_seconds"] is not None
    assert (metrics["failure_rate"], metrics["cleaned_up"]) == (0.0, 0)


def test_results_expire_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    from openhands_testgen.testing import Testbed

    # Only a store in memory has the time of a testbed.
    monkeypatch.setenv("OPENHANDS_STORE", "memory:")
    with Testbed(scripted=False) as testbed:
        task_id = id_of(planning.submit_requirements_parsing("todo app"))
        ended(task_id)
        testbed.clock.advance(3590)
        assert "Task Completed!" in planning.get_task_result(task_id)
        testbed.clock.advance(120)
        assert "not found" in planning.get_task_result(task_id)
        stop_engine()


def test_docstrings_tell_a_model_what_to_do_after_a_submission() -> None:
    for name in planning.__all__:
        tool = getattr(planning, name)
        if inspect.isfunction(tool):
            assert tool.__doc__, name
            assert "Args:" in tool.__doc__ or not inspect.signature(tool).parameters, name
            if name.startswith("submit_") and "callback" not in name:
                assert "STOP" in tool.__doc__, name


def test_a_plan_waits_behind_no_test_generation(empty_project: Path) -> None:
    async def main() -> str:
        generator = OpenHandsTestGenerator.from_env()
        modules = [f"module_{number}.py" for number in range(6)]
        for module in modules:
            (empty_project / module).write_text("def double(x: int) -> int:\n    return 2 * x\n")
            await generator.submit_test_generation_task(module)
        text = await asyncio.to_thread(planning.parse_requirements, "todo app")
        stats = await generator.get_queue_stats()
        assert stats["queued"] + stats["running"] > 0, "the modules were done before the plan"
        await generator.stop(0)
        return text

    assert "todo app" in asyncio.run(main())
