"""One of each kind of thing that can be called."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Box:
    """Has a state that a method changes."""

    def __init__(self, size: int) -> None:
        self.size = size

    def grow(self, by: int) -> None:
        self.size += by


class Color(enum.Enum):
    """Has members to call a method of."""

    RED = "red"

    def shout(self) -> str:
        return str(self.value).upper()


def third(number: float) -> float:
    return number / 3


async def greet(name: str) -> str:
    return f"hi {name}"


def naturals() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


@contextmanager
def opened(name: str) -> Iterator[str]:
    yield name + "!"


def count(path: Path) -> int:
    return len(path.read_text().splitlines())


def times(factor: int) -> Callable[[int], int]:
    def inner(number: int) -> int:
        return factor * number

    return inner
