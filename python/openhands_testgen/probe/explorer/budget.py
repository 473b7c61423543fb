"""How much exploring is allowed: so many executions, and a time for modules that are slow."""

from __future__ import annotations

from time import monotonic, process_time  # as they are before calls see other clocks

EXECUTIONS_PER_SECOND = 900
LOOKS_PER_TIME = 8
"""A look at the clocks costs more than most calls."""


def wall_seconds(cpu_seconds: float) -> float:
    """Return how long a budget may last by the clock: on a busy machine it decides nothing."""
    return 3 * cpu_seconds + 25


class Budget:
    """Counts executions, so that the same seed ends the same way; clocks only stop slow calls.

    It is spent in stages: each may use up what is left to a share of the whole.
    """

    def __init__(self, seconds: float, wall: float) -> None:
        self._seconds = seconds
        self._started = process_time()
        self._wall_deadline = monotonic() + wall
        self._used = 0.0
        self._elsewhere_seconds = 0.0
        self._share = 1.0
        self._looks = 0
        self._late = False

    def until(self, share: float) -> None:
        """Allow no more than a share of the whole, until another is set."""
        self._share = share
        self._late = False

    def spend(self, executions: float = 1.0) -> None:
        """Count executions."""
        self._used += executions

    def spend_elsewhere(self, cpu_seconds: float) -> None:
        """Count the time that child processes used."""
        self._elsewhere_seconds += cpu_seconds

    @property
    def used(self) -> dict[str, float]:
        """What was used so far."""
        seconds = process_time() - self._started + self._elsewhere_seconds
        return {"executions": self._used, "cpu_seconds": seconds}

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left of the share."""
        self._looks += 1
        if self._looks % LOOKS_PER_TIME == 0:
            late = self.used["cpu_seconds"] > self._share * self._seconds
            self._late = late or self.is_past_deadline
        return self._late or self._used >= self._share * self._seconds * EXECUTIONS_PER_SECOND

    @property
    def is_past_deadline(self) -> bool:
        """Tell whether the time by the clock has run out, which stops even a first try."""
        return monotonic() >= self._wall_deadline
