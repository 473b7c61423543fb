"""Planning tools for a conversation: plans, requirements and checks, at once or in the background.

Plain functions that take and return text, to be called with or without a running event loop, and to
be handed to a model as they are: their docstrings are written for it. The engine of the process
runs the tasks, with the settings of the environment; a plan waits behind nothing but other plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypedDict, cast

from . import _core, _helper
from ._arrival import arrival
from ._blocking import run_blocking
from ._first_look import engine_of
from .config import OpenHandsIntegrationConfig
from .exceptions import EngineClosedError

__all__ = [
    "SYNC_LIMIT_SECONDS",
    "PlanningMetrics",
    "generate_implementation_plan",
    "get_planning_metrics",
    "get_task_result",
    "handle_planning_request",
    "parse_requirements",
    "submit_plan_generation",
    "submit_plan_validation",
    "submit_requirements_parsing",
    "submit_task_with_callback",
    "validate_plan",
]

SYNC_LIMIT_SECONDS = 110.0
"""How long a call waits for its answer: the limit of many agent runtimes is two minutes."""


class PlanningMetrics(TypedDict):
    """How planning goes."""

    tasks_created_last_minute: int
    mean_completion_seconds: float | None
    """From the beginning of a task to its completion; ``None`` where none has completed."""
    failure_rate: float | None
    """Failed among completed and failed, 0 to 1; ``None`` where none has ended."""
    cleaned_up: int
    """Tasks of the store, of any kind, that were removed after their retention."""


def generate_implementation_plan(requirement: str) -> str:
    """Makes an implementation plan of a requirement and returns it as Markdown.

    The plan has phases of tasks with dependencies and estimates, risks and open questions. Use
    `submit_plan_generation` for large or detailed plans. If it takes longer than 110 seconds, the
    answer is a task id instead: tell it to the user, and stop.

    Args:
        requirement: What is to be planned, in the user's words, such as "a todo app with sharing".

    Raises:
        InvalidRequestError: The text is empty or longer than 256 KiB.
    """
    return _ask("generate_implementation_plan", requirement)


def parse_requirements(requirements_text: str) -> str:
    """Reads the requirements of a text and returns them as Markdown, with what they leave open.

    Each has an id, a type, a priority where the text says one, and its acceptance criteria. If it
    takes longer than 110 seconds, the answer is a task id instead: tell it to the user, and stop.

    Args:
        requirements_text: The text: Markdown lists, tables, ``REQ-001: …`` lines, or sentences.

    Raises:
        InvalidRequestError: The text is empty or longer than 256 KiB.
    """
    return _ask("parse_requirements", requirements_text)


def validate_plan(plan_text: str) -> str:
    """Checks an implementation plan and returns what is wrong with it, the worst first.

    Found are cycles, unknown dependencies, repeated ids, missing estimates, requirements without a
    task, vague words and more. If it takes longer than 110 seconds, the answer is a task id
    instead: tell it to the user, and stop.

    Args:
        plan_text: The plan, as Markdown or as JSON.

    Raises:
        InvalidRequestError: The text is empty or longer than 256 KiB.
    """
    return _ask("validate_plan", plan_text)


def submit_plan_generation(requirement: str) -> str:
    """Starts an implementation plan in the background and returns its task id at once.

    After this call tell the user the task id, and STOP: do not call `get_task_result` in the same
    turn. The user asks for the result later; expect 10 to 30 seconds.

    Args:
        requirement: What is to be planned, in the user's words.

    Raises:
        InvalidRequestError: The text is empty or longer than 256 KiB; nothing was started.
    """
    return _submit("generate_implementation_plan", requirement)


def submit_requirements_parsing(requirements_text: str) -> str:
    """Starts the reading of requirements in the background and returns its task id at once.

    After this call tell the user the task id, and STOP: do not call `get_task_result` in the same
    turn. The user asks for the result later; expect 5 to 15 seconds.

    Args:
        requirements_text: The text that holds the requirements.

    Raises:
        InvalidRequestError: The text is empty or longer than 256 KiB; nothing was started.
    """
    return _submit("parse_requirements", requirements_text)


def submit_plan_validation(plan_text: str) -> str:
    """Starts the check of a plan in the background and returns its task id at once.

    After this call tell the user the task id, and STOP: do not call `get_task_result` in the same
    turn. The user asks for the result later; expect 5 to 15 seconds.

    Args:
        plan_text: The plan, as Markdown or as JSON.

    Raises:
        InvalidRequestError: The text is empty or longer than 256 KiB; nothing was started.
    """
    return _submit("validate_plan", plan_text)


def get_task_result(task_id: str) -> str:
    """Returns how a task is: pending, processing, completed with its result, or failed.

    Never waits. While it is pending or processing, tell the user so, and STOP: do not call it again
    in the same turn. An unknown id is told as not found: results expire 1 hour after the end.

    Args:
        task_id: The id that a submission returned.
    """
    return _say(lambda engine: engine.plan_result(task_id))


def submit_task_with_callback(tool_name: str, args: Mapping[str, Any], webhook_url: str) -> str:
    """Starts a planning task, has an address told of its end, and returns the task id.

    The message is a POST of JSON, signed as Standard Webhooks lays down with the secret in
    ``webhook.secret`` of the workspace root. It is tried again for 20 hours, by this process while
    it runs, and by any service on the same store.

    Args:
        tool_name: ``generate_implementation_plan``, ``parse_requirements`` or ``validate_plan``,
            or the name of its submission.
        args: The tool's argument by its name, such as ``{"requirement": "a todo app"}``.
        webhook_url: Where to; a public address, unless the setting ``webhook_networks`` says more.

    Raises:
        InvalidRequestError: One of them names something impossible; nothing was started.
    """
    return _say(lambda engine: engine.plan_submit_and_tell(tool_name, args, webhook_url))


def handle_planning_request(
    prompt: str, mode: str = "auto", *, limit_seconds: float = SYNC_LIMIT_SECONDS
) -> str:
    """Does what a user's sentence asks for, and returns what to tell them.

    Args:
        prompt: The user's words, such as "Plan a todo app", "Submit async: …", "Get result for
            task …" or "Check status".
        mode: ``auto`` answers with a task id when the words ask for it, or much is asked for, and
            else with the result; ``sync`` and ``async`` say which.
        limit_seconds: After so many seconds a result that is waited for becomes a task id.

    Raises:
        InvalidRequestError: The prompt is empty or too long, or the mode unknown.
    """
    return _say(lambda engine: engine.plan_handle(prompt, mode, limit_seconds))


def get_planning_metrics() -> PlanningMetrics:
    """How planning goes: of the tasks of planning that are still known in the store."""
    return cast("PlanningMetrics", _call(lambda engine: engine.plan_figures()))


def _ask(tool: str, text: str) -> str:
    return _say(lambda engine: engine.plan_ask(tool, text, SYNC_LIMIT_SECONDS))


def _submit(tool: str, text: str) -> str:
    return _say(lambda engine: engine.plan_submit(tool, text))


def _say(call: Callable[[_core.Engine], object]) -> str:
    return cast("str", _call(call))


def _call(call: Callable[[_core.Engine], object]) -> object:
    """What the engine of the process answers; a new one, where somebody stopped it."""

    async def answered() -> object:
        return await arrival(call(_desk().engine))

    try:
        return run_blocking(answered)
    except EngineClosedError:
        _desk.cache_clear()
        return run_blocking(answered)


class _Desk:
    """The engine of the process, with the settings of the environment."""

    def __init__(self) -> None:
        config = OpenHandsIntegrationConfig.from_env()
        engine = _core.Engine(config.to_arguments(), use_docker=True)
        self.engine = engine_of(engine, self._keep_engine)
        _helper.prepare_process()

    def _keep_engine(self, engine: _core.Engine) -> None:
        self.engine = engine


@cache
def _desk() -> _Desk:
    return _Desk()
