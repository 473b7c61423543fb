"""Classes and definitions that are awkward to make, compare or read."""

from __future__ import annotations

from .case import DOUBLE, case

CASES = [
    case(
        "metaclasses",
        """
class Registry(type):
    known: dict[str, type] = {}

    def __new__(mcs, name, bases, namespace):
        made = super().__new__(mcs, name, bases, namespace)
        mcs.known[name.lower()] = made
        return made

    def __call__(cls, *args, **kwargs):
        if not hasattr(cls, "_only"):
            cls._only = super().__call__(*args, **kwargs)
        return cls._only


class Settings(metaclass=Registry):
    def __init__(self) -> None:
        self.level = 3

    def is_loud(self) -> bool:
        return self.level > 2


def find(name: str) -> type:
    return Registry.known[name]
""",
        80.0,
    ),
    case(
        "slots and no dict",
        """
class Point:
    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int = 0) -> None:
        self.x = x
        self.y = y

    def moved(self, by: int) -> "Point":
        return Point(self.x + by, self.y + by)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Point):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)

    __hash__ = None
""",
        80.0,
    ),
    case(
        "objects that refuse to be compared, shown or hashed",
        """
class Grumpy:
    def __init__(self, level: int) -> None:
        self.level = level

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("do not compare me")

    def __repr__(self) -> str:
        raise RuntimeError("do not look at me")

    def __bool__(self) -> bool:
        raise RuntimeError("do not ask me")

    def __getattr__(self, name: str):
        raise RuntimeError("I have no " + name)

    def grumble(self) -> str:
        return "g" + "r" * self.level


def make(level: int) -> Grumpy:
    return Grumpy(level)
""",
        40.0,
        soak=True,
    ),
    case(
        "built on types of C extensions",
        """
import array
import ctypes
import decimal
from zlib import crc32


class Samples(array.array):
    def mean(self) -> float:
        return sum(self) / len(self)


class Pair(ctypes.Structure):
    _fields_ = [("left", ctypes.c_int), ("right", ctypes.c_int)]


def swap(left: int, right: int) -> tuple[int, int]:
    pair = Pair(left, right)
    return pair.right, pair.left


def checksum(data: bytes) -> int:
    return crc32(data)


def tenth(amount: decimal.Decimal) -> decimal.Decimal:
    return amount / 10
""",
        70.0,
    ),
    case(
        "generics, ParamSpec and protocols",
        """
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Generic, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Named(Protocol):
    name: str


def twice(function: Callable[P, T]) -> Callable[P, tuple[T, T]]:
    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> tuple[T, T]:
        return function(*args, **kwargs), function(*args, **kwargs)

    return inner


class Stack(Generic[T]):
    def __init__(self) -> None:
        self._items: list[T] = []

    def push(self, item: T) -> int:
        self._items.append(item)
        return len(self._items)

    def pop(self) -> T:
        if not self._items:
            raise IndexError("nothing here")
        return self._items.pop()


def greet(who: Named) -> str:
    return "hello " + who.name


@twice
def add(left: int, right: int) -> int:
    return left + right
""",
        90.0,
    ),
    case(
        "a module with a __getattr__ of its own",
        """
import warnings

_OLD = {"triple": 3}


def __getattr__(name: str) -> int:
    if name in _OLD:
        warnings.warn(name + " is old", DeprecationWarning, stacklevel=2)
        return _OLD[name]
    if name.startswith("any_"):
        return len(name)
    raise AttributeError(name)


def __dir__() -> list[str]:
    return ["double", "triple"]
"""
        + DOUBLE,
        30.0,
        soak=True,
    ),
    case(
        "only abstract classes",
        """
from abc import ABC, abstractmethod


class Shape(ABC):
    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def area(self) -> float: ...

    def describe(self) -> str:
        return f"{self.name} of {self.area():.1f}"

    @staticmethod
    def unit() -> str:
        return "cm"
""",
        50.0,
        soak=True,
    ),
    case(
        "names beyond ASCII",
        """
def größe(länge: int, breite: int = 2) -> int:
    '''Fläche.'''
    if länge < 0:
        raise ValueError("zu kurz: ✗")
    return länge * breite


class Δelta:
    π = 3

    def метод(self, 数: int) -> int:
        return 数 + self.π
""",
        80.0,
    ),
    case(
        "deep nesting",
        "def deep(n: int) -> int:\n"
        + "".join(f"{'    ' * (i + 1)}if n > {i}:\n" for i in range(18))
        + f"{'    ' * 19}return 18\n    return 0\n\n\n"
        + f"NESTED = {'[' * 80}{']' * 80}\n\n\ndef depth() -> list:\n    return NESTED\n",
        40.0,
        soak=True,
    ),
    case(
        "results that contain themselves",
        """
def ring(size: int) -> list:
    items: list = list(range(min(size, 5)))
    items.append(items)
    return items


def tree(name: str) -> dict:
    node: dict = {"name": name}
    node["self"] = node
    return node
"""
        + DOUBLE,
        50.0,
        soak=True,
    ),
]
