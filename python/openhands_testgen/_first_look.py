"""Who looks what the machine has for an agent? A thread at the first call: it may take seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import cast

from . import _core

_LOGGER = logging.getLogger("openhands_testgen")
_CALLS = frozenset(
    {
        "submit_test_generation",
        "submit",
        "status",
        "results",
        "cancel",
        "retry",
        "list",
        "events",
        "plan_ask",
        "plan_figures",
        "plan_handle",
        "plan_result",
        "plan_submit",
        "plan_submit_and_tell",
        "stats",
        "start",
    }
)
"""What needs to know; whatever else is asked of an engine is answered without."""


def engine_of(engine: _core.Engine, known: Callable[[_core.Engine], None]) -> _core.Engine:
    """The engine itself, if it knows what the machine has; else one that looks at its first call.

    `known` gets the engine itself once it has looked.
    """
    return cast("_core.Engine", _Looking(engine, known)) if engine.needs_look() else engine


class FirstCall:
    """A call that waits for the look."""

    def __init__(self, looking: _Looking, call: Callable[[], object]) -> None:
        self._looking = looking
        self._call = call

    async def answer(self) -> object:
        """What the engine answers to it then."""
        await asyncio.to_thread(self._looking.look)
        return self._call()


class _Looking:
    """Stands for an engine until the machine has been looked at."""

    def __init__(self, engine: _core.Engine, known: Callable[[_core.Engine], None]) -> None:
        self._engine = engine
        self._known: Callable[[_core.Engine], None] | None = known

    def __getattr__(self, name: str) -> object:
        attribute = getattr(self._engine, name)
        if name not in _CALLS:
            return attribute
        return lambda *arguments: FirstCall(self, partial(attribute, *arguments))

    def look(self) -> None:
        """Looks; whoever calls meanwhile waits for the same look."""
        warning = self._engine.look()
        known, self._known = self._known, None
        if known is None:
            return
        known(self._engine)
        if warning is not None:
            _LOGGER.warning(warning)
