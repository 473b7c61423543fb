"""Refuses the functions of the module under test while a test runs.

`refuse_functions.py` has put a call of ``__otg_refuse__`` at the beginning of each. It raises what
no ordinary handler catches. A test that passes all the same cannot fail.
"""

import builtins

#: What the rewritten functions call.
NAME = "__otg_refuse__"


class RefusedByOtg(BaseException):
    """Raised in place of everything that a function does."""


class Refusal:
    """Counts how often a function was refused, and keeps which were let through."""

    def __init__(self) -> None:
        self.is_armed = False
        #: The lines of the functions that ran outside of a test, as those that make constants do.
        self.entered: set[int] = set()
        self._times = 0
        setattr(builtins, NAME, self._refuse)

    def take_times(self) -> int:
        """How often, since this was last asked."""
        times, self._times = self._times, 0
        return times

    def _refuse(self, line: int) -> None:
        if not self.is_armed:
            self.entered.add(line)
            return
        self._times += 1
        raise RefusedByOtg("every function of the module is refused in this run")
