"""One of each kind of thing that can be called."""

from __future__ import annotations

import asyncio
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


class Hall:
    """Does something else when two are in it at once."""

    def __init__(self) -> None:
        self.inside = 0
        self.crowded = False

    async def visit(self) -> None:
        self.inside += 1
        await asyncio.sleep(0)
        if self.inside > 1:
            self.crowded = True
        self.inside -= 1

    def __copy__(self) -> Hall:
        other = Hall()
        other.crowded = self.crowded
        return other


class Note:
    """Is pickled in a way of its own."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __getstate__(self) -> dict[str, str]:
        return {"text": self.text.strip()}


def configured(**options: int) -> int:
    size = options.pop("size", 1)
    if options:
        raise TypeError(f"unexpected options: {sorted(options)}")
    return size


def report(kind: str) -> str:
    return _rendered({"kind": kind, "depth": 2}, "#")


def _rendered(options: dict[str, object], mark: str) -> str:
    if options["depth"] == 3:
        return mark * 5
    return f"{mark} {options['kind']}"


class Money:
    """Adds up with its like, and with nothing else."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __add__(self, other: object) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.cents + other.cents)
