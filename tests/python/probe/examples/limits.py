"""Bounds, sums and conditions: places where a small fault is easily missed."""

from __future__ import annotations

_IRREGULAR: dict[str, str] = {}


def _learn(singular: str, plural: str) -> None:
    _IRREGULAR[singular] = plural
    _IRREGULAR[singular[0].upper() + singular[1:]] = plural[0].upper() + plural[1:]


_learn("ox", "oxen")
_learn("mouse", "mice")


def plural(word: str) -> str:
    return _IRREGULAR.get(word, word + "s")


def fare(age: int, distance: int) -> int:
    if age < 6 or distance == 0:
        return 0
    price = 300 + 12 * (distance - 10) if distance > 10 else 300
    return price // 2 if age < 18 or age >= 65 else price


class Meter:
    """Counts up to a limit."""

    def __init__(self, limit: int) -> None:
        if limit <= 0:
            raise ValueError("the limit must be positive")
        self.limit = limit
        self._count = 0

    def add(self, amount: int) -> bool:
        if self._count + amount > self.limit:
            return False
        self._count += amount
        return True

    @property
    def left(self) -> int:
        return self.limit - self._count
