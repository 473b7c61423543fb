"""What may be a stage of a workflow? Whatever has `execute`, or any function of your own."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from .generation import text_of
from .results import StageOutcome, StageResult


class Stage(Protocol):
    """One stage, made for one component."""

    def execute(self) -> StageOutcome | Awaitable[StageOutcome]:
        """Does its work: as a coroutine in the workflow's loop, as a plain method in a thread."""


StageFactory: TypeAlias = Callable[[Path, dict[str, Any]], Stage]
"""Makes a component's stage, from its path and the workflow's configuration: a class, often."""


def function_stage(name: str, function: Callable[[], Any]) -> StageFactory:
    """A stage that calls a function, plain or ``async``, without arguments.

    It fails where the function raises or returns ``False``; a dict that it returns is the stage's
    `outputs`, and a stage's result is taken as it is.
    """
    return lambda _component, _config: _FunctionStage(name, function)


class _FunctionStage:
    def __init__(self, name: str, function: Callable[[], Any]) -> None:
        self._name = name
        self._function = function

    async def execute(self) -> StageOutcome:
        if inspect.iscoroutinefunction(self._function):
            answer = await self._function()
        else:
            answer = await asyncio.to_thread(self._function)
            if inspect.isawaitable(answer):
                answer = await answer
        if hasattr(answer, "success") and hasattr(answer, "to_dict"):
            outcome: StageOutcome = answer
            return outcome
        errors = [] if answer is not False else [f"{self._name} returned False"]
        outputs = answer if isinstance(answer, dict) else {}
        return StageResult(self._name, not errors, outputs, errors)


async def outcome_of(name: str, make: Callable[[], Stage]) -> StageOutcome:
    """Runs a stage; one that raises has failed."""
    try:
        execute: Callable[[], Any] = make().execute
        is_quick = inspect.iscoroutinefunction(execute)
        answer = execute() if is_quick else await asyncio.to_thread(execute)
        outcome: Any = await answer if inspect.isawaitable(answer) else answer
    except (Exception, SystemExit) as error:
        return StageResult(name, False, errors=[f"stage {name} failed: {text_of(error)}"])
    if not all(hasattr(outcome, part) for part in ("success", "errors", "to_dict")):
        reason = f"its execute() returned {outcome!r:.80}, which is no stage result"
    elif not isinstance(outcome.success, bool):
        reason = f"its result says success={outcome.success!r:.80}: say True or False"
    else:
        known: StageOutcome = outcome
        return known
    return StageResult(name, False, errors=[f"stage {name} failed: {reason}"])
