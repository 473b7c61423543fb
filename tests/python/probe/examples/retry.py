"""Retrying and limiting asynchronous calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


class RetryError(RuntimeError):
    """All attempts failed."""

    def __init__(self, attempts: int, last: BaseException) -> None:
        super().__init__(f"gave up after {attempts} attempts: {last}")
        self.attempts = attempts
        self.last = last


def backoff(attempt: int, base: float = 0.1, maximum: float = 5.0) -> float:
    """Return the pause before an attempt, doubling each time."""
    if attempt < 1:
        raise ValueError("attempts count from 1")
    if base < 0:
        raise ValueError("base must not be negative")
    return min(base * 2.0 ** (attempt - 1), maximum)


async def retry(
    call: Callable[[], Awaitable[T]],
    attempts: int = 3,
    base: float = 0.0,
    errors: tuple[type[Exception], ...] = (Exception,),
) -> T:
    """Await a call until it succeeds."""
    if attempts < 1:
        raise ValueError("attempts must be at least 1")
    for attempt in range(1, attempts + 1):
        try:
            return await call()
        except errors as error:
            if attempt == attempts:
                raise RetryError(attempts, error) from error
            await asyncio.sleep(backoff(attempt, base))
    raise AssertionError("unreachable")


class TokenBucket:
    """Allows `capacity` calls at once, refilled by hand."""

    def __init__(self, capacity: int) -> None:
        if capacity <= 0:
            raise ValueError("capacity must be positive")
        self.capacity = capacity
        self._tokens = capacity

    @property
    def available(self) -> int:
        return self._tokens

    def try_acquire(self, tokens: int = 1) -> bool:
        """Take tokens if there are enough."""
        if tokens > self.capacity:
            raise ValueError(f"cannot take {tokens} of {self.capacity}")
        if tokens > self._tokens:
            return False
        self._tokens -= tokens
        return True

    async def acquire(self, tokens: int = 1, timeout: float = 0.01) -> None:
        """Wait for tokens."""
        waited = 0.0
        while not self.try_acquire(tokens):
            if waited >= timeout:
                raise TimeoutError("no tokens in time")
            await asyncio.sleep(0.005)
            waited += 0.005

    def refill(self, tokens: int | None = None) -> int:
        """Put tokens back; return how many there are."""
        if tokens is None:
            self._tokens = self.capacity
        else:
            self._tokens = min(self.capacity, self._tokens + tokens)
        return self._tokens

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[int]:
        """Hold one token for the length of a block."""
        await self.acquire()
        try:
            yield self.available
        finally:
            self.refill(1)


async def gather_limited(calls: list[Callable[[], Awaitable[T]]], limit: int = 2) -> list[T]:
    """Run calls, at most `limit` at a time; results keep their order."""
    if limit < 1:
        raise ValueError("limit must be at least 1")
    semaphore = asyncio.Semaphore(limit)

    async def run(call: Callable[[], Awaitable[T]]) -> T:
        async with semaphore:
            return await call()

    return list(await asyncio.gather(*(run(call) for call in calls)))


async def countdown(start: int) -> AsyncIterator[int]:
    """Yield numbers down to one."""
    while start > 0:
        yield start
        start -= 1
        await asyncio.sleep(0)
