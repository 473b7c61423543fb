"""How much exploring is allowed: so many executions, and a time for modules that are slow."""

from __future__ import annotations

import time

EXECUTIONS_PER_SECOND = 600


class Budget:
    """Counts executions, so that the same seed ends the same way; clocks only stop slow calls."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.process_time() + seconds
        self._wall_deadline = time.monotonic() + 2 * seconds
        self._executions = int(seconds * EXECUTIONS_PER_SECOND)

    def spend(self) -> None:
        """Count one execution."""
        self._executions -= 1

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left."""
        late = time.process_time() > self._deadline or time.monotonic() > self._wall_deadline
        return late or self._executions <= 0
