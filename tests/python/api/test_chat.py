"""The tools of a conversation: they start work and say so in the words of the document."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import InvalidRequestError, OpenHandsTestGenerator, chat

MESSAGE = re.compile(
    r"""🔄 Background Task Started

I've started generating test cases from your RTM in the background\.

Task ID: `([0-9a-f-]{36})`
Task Type: Test Case Generation
Project: my-project-123

You can check the progress using:
- GET /api/v1/tasks/\1 - Get current status
- GET /api/v1/tasks/ - List all your tasks

The test cases will be saved to your project artifacts once complete\.[ ]
I'll continue to assist you with other tasks while this runs in the background!"""
)


@pytest.fixture(autouse=True)
def own_generator(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The generator of the process begins anew, in the test's project."""
    chat._generator.cache_clear()
    yield
    if chat._generator.cache_info().currsize:
        asyncio.run(chat._generator().stop(0))
    chat._generator.cache_clear()


def test_the_message_is_that_of_the_document(project: Path) -> None:
    message = chat.generate_test_cases_background_tool("REQ-001: Login", "my-project-123")

    found = MESSAGE.fullmatch(message)
    assert found, message
    generator = chat._generator()
    result = asyncio.run(generator.get_test_generation_results(found[1], 60))
    assert result["success"], result
    folder = project / "openhands_workspace/projects/my-project-123/artifacts"
    assert (folder / "test_cases/test_req_001.py").is_file()


def test_a_matrix_is_started_within_a_running_loop() -> None:
    async def main() -> str:
        return chat.generate_rtm_background_tool("REQ-001: Login", "shop")

    message = asyncio.run(main())

    assert "I've started generating an RTM from your requirements" in message
    assert "Task Type: RTM Generation\nProject: shop\n" in message


def test_the_blocking_twins_answer_what_the_task_left() -> None:
    matrix = chat.generate_rtm_from_requirements("- REQ-1: a\n- REQ-2: b", "shop", timeout=60)
    cases = chat.generate_test_cases_from_rtm(
        None, "shop", {"include_negative_tests": True}, timeout=60
    )

    assert (matrix["success"], matrix["total_requirements"]) == (True, 2)
    assert (cases["success"], cases["total_count"]) == (True, 4)


def test_a_task_that_failed_is_told_and_never_raised() -> None:
    answer = chat.generate_rtm_from_requirements(None, "shop", timeout=60)

    assert (answer["success"], answer["error_kind"]) == (False, "config")
    assert "requirement.md is missing" in answer["error"]


def test_what_cannot_be_asked_for_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="project_id"):
        chat.generate_rtm_background_tool("REQ-1: a", "../etc")


def test_a_generator_that_was_stopped_is_replaced() -> None:
    asyncio.run(chat._generator().stop(0))

    assert "RTM Generation" in chat.generate_rtm_background_tool("REQ-1: a", "shop")


def test_a_generator_of_ones_own_may_be_given() -> None:
    async def main() -> list[str]:
        async with OpenHandsTestGenerator.from_env() as generator:
            chat.generate_rtm_background_tool("REQ-1: a", "shop", generator=generator)
            page = await generator.list_tasks(kind="generate_rtm")
            return [task["kind"] for task in page["tasks"]]

    assert asyncio.run(main()) == ["generate_rtm"]


@pytest.mark.parametrize(
    ("name", "is_long"),
    [
        ("generate_test_cases_from_rtm", True),
        ("generate_testCases_from_rtm_tool", True),
        ("generate_rtm_background_tool", True),
        ("generate_rtm_from_requirements", True),
        ("coverage_analysis", True),
        ("list_projects", False),
        ("", False),
    ],
)
def test_long_tools_are_known_by_their_names(name: str, is_long: bool) -> None:
    assert chat.should_run_in_background(name) is is_long
