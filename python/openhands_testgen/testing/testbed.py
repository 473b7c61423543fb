"""Where are generators tried out? On a testbed: a script for the agents, a clock to move."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Self, cast

from .. import _core
from ..exceptions import InvalidRequestError
from ..generator import _arrival
from .outcomes import Outcome


class Clock:
    """The time of a testbed: it runs as ever, and is moved ahead."""

    def __init__(self, core: _core.Testbed) -> None:
        """The clock of a testbed."""
        self._core = core

    def now(self) -> datetime:
        """The time that tasks get, in UTC."""
        return self._core.now()

    def advance(self, seconds: float | timedelta) -> None:
        """Lets so much time pass at once.

        What would have happened meanwhile has happened when this returns, in its order: retries,
        `run_at`, scripted seconds, time limits, leases, the end of retention. The calling thread is
        held for milliseconds; where something works for real, for 0.1 s longer.
        """
        if isinstance(seconds, timedelta):
            seconds = seconds.total_seconds()
        self._core.advance(seconds)

    def hurry(self, hurry: bool = True) -> None:
        """From now on all waiting for a next step takes no time: back-offs, `run_at`, seconds.

        What hangs still hangs: time limits are not hurried to.
        """
        self._core.hurry(hurry)


class Testbed:
    """Where generators of this process are tried out, while it stands.

    Generators that make their first call meanwhile get an engine of their own, with a script in the
    place of the agents; on ``memory:`` with a `clock` that can be moved. Leaving the `with` stops
    them all. It needs no event loop.

    Args:
        scripted: Whether a script is played; else the agents are real.
    """

    __test__ = False  # for pytest: no class of tests, whatever its name

    def __init__(self, *, scripted: bool = True) -> None:
        """Makes a testbed; nothing is opened yet."""
        self._core = _core.Testbed(scripted)
        self.clock = Clock(self._core)
        self.is_scripted = scripted

    def script(
        self,
        outcomes: Outcome | Sequence[Outcome],
        *,
        module: str | os.PathLike[str] | None = None,
    ) -> None:
        """Says what becomes of tasks that have not begun.

        Args:
            outcomes: One outcome for every task; or a list, one for each task in the order of
                submission: a task too many fails with ``config``. Without any script all succeed.
            module: Only for tasks of this module, a path from the project root; else for all whose
                module has no script of its own.

        Raises:
            InvalidRequestError: An outcome says something impossible.
        """
        in_turn = not isinstance(outcomes, Outcome)
        listed = [outcomes] if isinstance(outcomes, Outcome) else list(outcomes)
        plain = [{"acts": [dict(act) for act in _known(outcome).acts]} for outcome in listed]
        self._core.play(None if module is None else from_root(module), plain, in_turn)

    async def drain(self) -> None:
        """Waits until every task on it has ended.

        Time is moved ahead over all that is only waited for; what hangs reaches its time limit.

        Raises:
            RuntimeError: Some cannot end, since nobody runs them.
        """
        _refuse_stuck(cast("int", await _arrival(self._core.drain())))

    def drain_here(self) -> None:
        """The same without an event loop: holds the calling thread."""
        _refuse_stuck(self._core.drain_here())

    def __enter__(self) -> Self:
        """Sets it up."""
        self._core.set_up()
        return self

    def __exit__(self, *_: object) -> None:
        """Takes it down: every engine on it is stopped, and what runs is ended."""
        self._core.take_down()


def _refuse_stuck(number: int) -> None:
    if number:
        message = f"{number} task(s) will never end: no worker here does what they need"
        raise RuntimeError(message)


def from_root(module: str | os.PathLike[str]) -> str:
    """The path of a module as tasks have it.

    Raises:
        InvalidRequestError: It does not begin at the project root.
    """
    path = PurePosixPath(os.fspath(module))
    if path.is_absolute() or ".." in path.parts:
        raise InvalidRequestError(f"module: must be a path from the project root, not {module!s}")
    return str(path)


def _known(outcome: object) -> Outcome:
    if not isinstance(outcome, Outcome):
        message = f"outcomes: {outcome!r} is none: use ok(), timeout(), … of this module"
        raise InvalidRequestError(message)
    return outcome
