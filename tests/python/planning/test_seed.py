"""Every example and both test scripts of the user's document, by the words that a user types."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable

import pytest
from openhands_testgen import planning
from openhands_testgen.planning import handle_planning_request as ask

ID = re.compile(r"Task ID: ([0-9a-f-]{36})")


def ids_of(text: str) -> list[str]:
    return ID.findall(text)


def id_of(text: str) -> str:
    (found,) = ids_of(text)
    return found


def ended(task_id: str, look: Callable[[str], str] = planning.get_task_result) -> str:
    """The text of a task once it has ended, asked for as users do: again and again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        text = look(task_id)
        if "Task Completed!" in text or "Task Failed" in text:
            return text
        assert "Task Pending" in text or "Task Processing..." in text, text
    pytest.fail(f"{task_id} does not end: {text}")


def poll(task_id: str) -> str:
    return ask(f"Get result for task {task_id}")


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("Parse requirements for a todo app", "REQ-001: todo app"),
        ("Parse requirements for todo app", "REQ-001: todo app"),
        ("Generate 3-phase implementation plan", "What is to be built?"),
        ("Validate this plan: 1) draw 2) build", "2 tasks in 1 phase"),
    ],
)
def test_simple_requests_are_answered_with_their_result(prompt: str, says: str) -> None:
    text = ask(prompt)

    assert says in text
    assert not ids_of(text)


@pytest.mark.parametrize(
    ("prompt", "tool"),
    [
        (
            "Submit async: Generate comprehensive 10-phase implementation plan with detailed risk "
            "analysis",
            "generate_implementation_plan",
        ),
        (
            "Submit async: Create comprehensive enterprise architecture",
            "generate_implementation_plan",
        ),
        (
            "In background, generate detailed implementation plan with risk analysis",
            "generate_implementation_plan",
        ),
        (
            "Fire and forget: Analyze 10 different implementation approaches",
            "generate_implementation_plan",
        ),
        (
            "Use async mode to generate plan for authentication system",
            "generate_implementation_plan",
        ),
        ("Submit async: Plan authentication system", "generate_implementation_plan"),
    ],
)
def test_prompts_that_ask_for_it_are_answered_with_an_id(prompt: str, tool: str) -> None:
    task_id = id_of(ask(prompt))

    text = ended(task_id, poll)

    assert text.startswith("✅ Task Completed!")
    assert f"Task ID: {task_id}\nTool: {tool}\nStatus: completed" in text
    assert "Result:" in text


def test_example_1_a_complex_plan_is_made_in_the_background() -> None:
    answer = ask(
        "Generate a comprehensive 10-phase implementation plan for enterprise authentication "
        "system with SSO, MFA, audit logging, and compliance requirements"
    )

    text = ended(id_of(answer))

    for part in ("SSO", "MFA", "audit logging", "compliance requirements"):
        assert part in text


def test_example_2_a_simple_request_is_answered_at_once() -> None:
    assert "todo app" in ask("Parse requirements for a todo app")


def test_example_3_an_explicit_request_and_then_its_status() -> None:
    task_id = id_of(ask("Use async mode to generate plan for blog platform"))
    ended(task_id)

    text = ask("Check status")

    assert f"Task ID: {task_id}" in text
    assert "blog platform" in text


def test_example_4_three_tasks_of_one_prompt() -> None:
    answer = ask("Submit 3 tasks: parse requirements for A, B, and C")

    tasks = ids_of(answer)
    assert len(set(tasks)) == 3
    for name, task_id in zip("ABC", tasks, strict=True):
        assert f"REQ-001: {name} " in ended(task_id)


def test_the_script_of_the_async_flow() -> None:
    task_id = id_of(ask("Submit async: Generate plan for authentication"))

    text = ended(task_id, poll)

    assert text.startswith("✅ Task Completed!")
    assert "Result:\n# authentication" in text


def test_the_script_of_parallel_execution() -> None:
    tasks = [id_of(ask(f"Submit async: Parse requirements for app {i}")) for i in range(1, 4)]

    assert len(set(tasks)) == 3
    for number, task_id in enumerate(tasks, 1):
        assert f"app {number}" in ended(task_id)


def test_the_tools_of_the_document_take_and_answer_its_words() -> None:
    submitted = planning.submit_plan_generation("authentication system")
    assert "Task ID: " in submitted
    assert "get_task_result" in submitted
    assert "Expected time: 10-30 seconds" in submitted
    assert "5-15 seconds" in planning.submit_requirements_parsing("a todo app")
    assert "5-15 seconds" in planning.submit_plan_validation("1) draw 2) build")

    text = ended(id_of(submitted))

    assert "✅ Task Completed!" in text


def test_an_unknown_task_is_told_as_expired() -> None:
    text = planning.get_task_result("abc-123")

    assert "not found" in text
    assert "expired: results are kept for 1 hour" in text


def test_tools_may_be_called_within_a_running_loop() -> None:
    async def main() -> str:
        return planning.parse_requirements("todo app")

    assert "todo app" in asyncio.run(main())
