"""Where are generators tried out? On a testbed: a script for the agents, a clock to move."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self, cast

from .. import _core
from .._arrival import arrival
from ..exceptions import InvalidRequestError
from . import check
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

        Raises:
            InvalidRequestError: It is no span of time from 0 seconds to ten years.
        """
        if isinstance(seconds, timedelta):
            seconds = seconds.total_seconds()
        self._core.advance(check.seconds("seconds", seconds))

    def hurry(self, hurry: bool = True) -> None:
        """From now on all waiting for a next step takes no time: back-offs, `run_at`, seconds.

        What hangs still hangs: time limits are not hurried to.
        """
        self._core.hurry(check.flag("hurry", hurry))


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
        self._core = _core.Testbed(check.flag("scripted", scripted))
        self.clock = Clock(self._core)
        self.is_scripted = scripted
        self.is_standing = False

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
        plain = [{"acts": [dict(act) for act in one.acts]} for one in listed(outcomes)]
        path = None if module is None else check.path_from_root("module", module)
        self._core.play(path, plain, in_turn)

    async def drain(self) -> None:
        """Waits until every task on it has ended.

        Time is moved ahead over all that is only waited for; what hangs reaches its time limit.

        Raises:
            RuntimeError: Some cannot end, since nobody runs them.
        """
        _refuse_stuck(cast("int", await arrival(self._core.drain())))

    def drain_here(self) -> None:
        """The same without an event loop: holds the calling thread."""
        _refuse_stuck(self._core.drain_here())

    def __enter__(self) -> Self:
        """Sets it up."""
        if self.is_standing:
            raise RuntimeError("this testbed stands already: make another one")
        self._core.set_up()
        self.is_standing = True
        return self

    def __exit__(self, *_: object) -> None:
        """Takes it down: every engine on it is stopped, and what runs is ended."""
        self.is_standing = False
        self._core.take_down()


def _refuse_stuck(number: int) -> None:
    if number:
        message = f"{number} task(s) will never end: no worker here does what they need"
        raise RuntimeError(message)


def listed(outcomes: object) -> list[Outcome]:
    """The outcomes of a script.

    Raises:
        InvalidRequestError: They are none.
    """
    if isinstance(outcomes, Outcome):
        return [outcomes]
    if not isinstance(outcomes, Iterable) or isinstance(outcomes, str | bytes | Mapping):
        message = f"must be an outcome, such as ok(), or a list of them, not {outcomes!r:.80}"
        raise InvalidRequestError(f"outcomes: {message}")
    several = list(outcomes)
    for one in several:
        if not isinstance(one, Outcome):
            message = f"outcomes: {one!r:.80} is none: use ok(), timeout(), … of this module"
            raise InvalidRequestError(message)
    return several
