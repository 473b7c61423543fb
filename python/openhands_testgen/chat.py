"""Tools for a conversation: work on documents is started, and goes on while people talk.

Plain functions, to be called with or without a running event loop. The engine of the process runs
the tasks, with the settings of the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ._blocking import run_blocking
from .exceptions import EngineClosedError
from .generator import OpenHandsTestGenerator

__all__ = [
    "generate_rtm_background_tool",
    "generate_rtm_from_requirements",
    "generate_test_cases_background_tool",
    "generate_test_cases_from_rtm",
    "should_run_in_background",
]

_STARTED = """\
🔄 Background Task Started

I've started generating {what} in the background.

Task ID: `{task_id}`
Task Type: {title}
Project: {project_id}

You can check the progress using:
- GET /api/v1/tasks/{task_id} - Get current status
- GET /api/v1/tasks/ - List all your tasks

{kept} will be saved to your project artifacts once complete. \

I'll continue to assist you with other tasks while this runs in the background!"""

_LONG = frozenset(
    {
        "coverage_analysis",
        "coverage_test",
        "generate_rtm",
        "generate_rtm_from_requirements",
        "generate_test_cases",
        "generate_test_cases_from_rtm",
    }
)


def generate_test_cases_background_tool(
    rtm_content: str | None,
    project_id: str,
    generation_options: Mapping[str, Any] | None = None,
    *,
    generator: OpenHandsTestGenerator | None = None,
) -> str:
    """Starts the drafting of test cases and answers a message for the user. Do not wait for it.

    Args:
        rtm_content: The matrix or the requirements; ``None`` for the matrix in the project's
            artifacts.
        project_id: The project.
        generation_options: ``include_negative_tests`` and ``test_framework``.
        generator: Who submits; by default the one of the process.

    Raises:
        InvalidRequestError: An argument names something impossible; nothing was started.
    """
    payload = _test_cases(rtm_content, project_id, generation_options)
    return _STARTED.format(
        what="test cases from your RTM",
        task_id=_submit("generate_test_cases", payload, generator),
        title="Test Case Generation",
        project_id=project_id,
        kept="The test cases",
    )


def generate_rtm_background_tool(
    requirements_content: str | None,
    project_id: str,
    *,
    generator: OpenHandsTestGenerator | None = None,
) -> str:
    """Starts the making of a matrix and answers a message for the user. Do not wait for it.

    Args:
        requirements_content: The requirements; ``None`` for ``requirement.md`` in the project's
            artifacts.
        project_id: The project.
        generator: Who submits; by default the one of the process.

    Raises:
        InvalidRequestError: An argument names something impossible; nothing was started.
    """
    payload = _matrix(requirements_content, project_id)
    return _STARTED.format(
        what="an RTM from your requirements",
        task_id=_submit("generate_rtm", payload, generator),
        title="RTM Generation",
        project_id=project_id,
        kept="The RTM",
    )


def generate_test_cases_from_rtm(
    rtm_content: str | None,
    project_id: str,
    generation_options: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    generator: OpenHandsTestGenerator | None = None,
) -> dict[str, Any]:
    """As `generate_test_cases_background_tool`, and waits: answers what the task left.

    One that failed answers ``success: False`` with ``error``, ``error_kind`` and ``task_id``.

    Raises:
        InvalidRequestError: An argument names something impossible; nothing was started.
        TimeoutError: The task has not ended within `timeout` seconds (by default
            `default_timeout_seconds`); it goes on.
    """
    payload = _test_cases(rtm_content, project_id, generation_options)
    return _result("generate_test_cases", payload, timeout, generator)


def generate_rtm_from_requirements(
    requirements_content: str | None,
    project_id: str,
    *,
    timeout: float | None = None,
    generator: OpenHandsTestGenerator | None = None,
) -> dict[str, Any]:
    """As `generate_rtm_background_tool`, and waits: answers what the task left.

    One that failed answers ``success: False`` with ``error``, ``error_kind`` and ``task_id``.

    Raises:
        InvalidRequestError: An argument names something impossible; nothing was started.
        TimeoutError: The task has not ended within `timeout` seconds (by default
            `default_timeout_seconds`); it goes on.
    """
    return _result("generate_rtm", _matrix(requirements_content, project_id), timeout, generator)


def should_run_in_background(tool_name: str) -> bool:
    """Whether a tool takes so long that a conversation should not wait for it.

    Known are the tools of this module and the names that older ones had, such as
    ``generate_testCases_from_rtm_tool``.
    """
    name = tool_name.strip().lower().replace("-", "_").replace("testcases", "test_cases")
    return name.removesuffix("_tool").removesuffix("_background") in _LONG


def _test_cases(
    rtm_content: str | None, project_id: str, options: Mapping[str, Any] | None
) -> dict[str, Any]:
    payload: dict[str, Any] = {"project_id": project_id, "rtm_content": rtm_content}
    return payload if options is None else payload | {"generation_options": dict(options)}


def _matrix(requirements_content: str | None, project_id: str) -> dict[str, Any]:
    return {"project_id": project_id, "requirements_content": requirements_content}


def _submit(kind: str, payload: Mapping[str, Any], generator: OpenHandsTestGenerator | None) -> str:
    if generator is not None:
        return run_blocking(lambda: generator.submit_task(kind, payload))
    try:
        return run_blocking(lambda: _generator().submit_task(kind, payload))
    except EngineClosedError:
        # Somebody stopped it: the next one begins anew.
        _generator.cache_clear()
        return run_blocking(lambda: _generator().submit_task(kind, payload))


def _result(
    kind: str,
    payload: Mapping[str, Any],
    timeout: float | None,
    generator: OpenHandsTestGenerator | None,
) -> dict[str, Any]:
    task_id = _submit(kind, payload, generator)
    waiter = generator or _generator()
    ended = run_blocking(lambda: waiter.get_test_generation_results(task_id, timeout))
    if ended["success"] and ended["result"] is not None:
        return ended["result"]
    return {
        "success": False,
        "task_id": task_id,
        "project_id": payload["project_id"],
        "error": ended["error"],
        "error_kind": ended["error_kind"],
    }


@cache
def _generator() -> OpenHandsTestGenerator:
    """The one of the process, with the settings of the environment."""
    return OpenHandsTestGenerator.from_env()
