"""Is a provider that keeps failing left alone now? A view on the engine's circuit breaker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._core import Engine

OPEN = "Circuit breaker open - service temporarily unavailable"
"""What is said while it is open."""


class CircuitState(StrEnum):
    """Where a circuit breaker stands. Compares equal to its lower-case name."""

    CLOSED = "closed"
    """As it should be: tasks ask the provider."""
    OPEN = "open"
    """Too many failures in a row: nobody asks for a while."""
    HALF_OPEN = "half_open"
    """The while is over: one task may try, and its end decides."""


class CircuitBreaker:
    """The circuit breaker of the engine that this process runs tasks with, as it stands now.

    It counts failures of server and provider in a row, over all generators on the engine.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        """A view; nothing is opened."""
        self._engine = engine
        self.name = name
        """The `circuit_breaker_name` of the generator."""

    @property
    def state(self) -> CircuitState:
        """Where it stands."""
        return CircuitState(self._look()[0])

    @property
    def failure_count(self) -> int:
        """Failures in a row, up to now."""
        return self._look()[1]

    @property
    def retry_after_seconds(self) -> float | None:
        """How long nobody asks; ``None`` where somebody may now."""
        return self._look()[2]

    @property
    def retry_at(self) -> datetime | None:
        """When the provider may be asked again, in UTC; ``None`` where it may now."""
        seconds = self._look()[2]
        return None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)

    def _look(self) -> tuple[str, int, float | None]:
        # One that went away meanwhile, as with a stopped engine, has nothing to count.
        return self._engine.breaker() or (CircuitState.CLOSED, 0, None)

    def __repr__(self) -> str:
        return f"CircuitBreaker({self.name!r}, {self.state}, failure_count={self.failure_count})"
