"""Which values has an annotated type? Source texts, most telling first."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

from . import pools
from .names import Names

LISTS = (list, collections.abc.Sequence, collections.abc.MutableSequence)
ITERABLES = (
    collections.abc.Iterable, collections.abc.Collection, collections.abc.Reversible,
    collections.abc.Container,
)  # fmt: skip
ITERATORS = (collections.abc.Iterator, collections.abc.Generator)
MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping, collections.OrderedDict)
SETS = (set, collections.abc.Set, collections.abc.MutableSet)
MAX_DEPTH = 3


class Annotations:
    """Offers source texts for types; `recipes` are expressions for instances of a class."""

    def __init__(self, names: Names, recipes: Callable[[type], list[str]]) -> None:
        self._names = names
        self._recipes = recipes

    def of(self, annotation: object, depth: int = 0) -> list[str]:
        """Return values of an annotated type; an empty list if it says nothing."""
        nothing: tuple[Any, ...] = (inspect.Parameter.empty, Any)
        if annotation in nothing or depth > MAX_DEPTH:
            return []
        if isinstance(annotation, str):
            return self.of(self._names.value_of(annotation), depth + 1)
        if isinstance(annotation, typing.TypeVar):
            return self.of(annotation.__bound__ or Any, depth + 1)
        origin = typing.get_origin(annotation)
        if origin is not None:
            return self._of_generic(origin, typing.get_args(annotation), depth)
        if annotation is None:
            return ["None"]
        supertype = getattr(annotation, "__supertype__", None)
        if supertype is not None:
            return self.of(supertype, depth + 1)
        return self._of_class(annotation) if isinstance(annotation, type) else []

    def _of_class(self, kind: type) -> list[str]:
        if issubclass(kind, enum.Enum):
            return [f"{self._names.of(kind)}.{member.name}" for member in kind]
        if kind in pools.BY_TYPE:
            return list(pools.BY_TYPE[kind])
        if kind in LISTS or kind in ITERABLES:
            return list(pools.BY_TYPE[list])
        if kind in ITERATORS:
            return [f"iter({text})" for text in pools.BY_TYPE[list]]
        if kind in MAPPINGS:
            return list(pools.BY_TYPE[dict])
        if kind in SETS:
            return list(pools.BY_TYPE[set])
        if kind.__name__ == "Callable":
            return list(pools.CALLABLES[None])
        if typing.is_typeddict(kind):
            return self._typed_dictionary(kind)
        if kind.__name__ in ("SupportsInt", "SupportsIndex", "SupportsFloat", "Number"):
            return list(pools.BY_TYPE[int])
        return self._recipes(kind)

    def _typed_dictionary(self, kind: type) -> list[str]:
        hints = typing.get_type_hints(kind)
        columns = {name: self.of(hint, 1) or ["1"] for name, hint in hints.items()}
        rows = [
            ", ".join(f"{name!r}: {texts[row % len(texts)]}" for name, texts in columns.items())
            for row in range(3)
        ]
        return [f"{{{row}}}" for row in rows]

    def _of_generic(self, origin: object, arguments: tuple[Any, ...], depth: int) -> list[str]:
        if origin in (typing.Union, types.UnionType):
            options = [self.of(option, depth + 1) for option in arguments]
            return interleave(*options)
        if origin is typing.Literal:
            return [repr(value) for value in arguments]
        if origin in (typing.Annotated, typing.Final, typing.ClassVar):
            return self.of(arguments[0], depth + 1)
        if origin is type:
            return [text for text in (self._names.of(item) for item in arguments) if text]
        if origin is collections.abc.Callable:
            return self._callables(arguments)
        if origin is tuple:
            return self._tuples(arguments, depth)
        items = self.of(arguments[0], depth + 1) if arguments else []
        if origin in MAPPINGS or _is_kind(origin, collections.abc.Mapping):
            values = self.of(arguments[-1], depth + 1) or ["1", "2"]
            return _dictionaries(items or ["'a'", "'b'"], values)
        items = items or ["1", "2", "3"]
        if origin in SETS or origin is frozenset:
            sets = [f"{{{', '.join(items[:3])}}}", f"{{{items[0]}}}", "set()"]
            return [f"frozenset({text})" for text in sets] if origin is frozenset else sets
        if origin in ITERATORS:
            return [f"iter({text})" for text in _sequences(items)]
        if origin in LISTS or origin in ITERABLES or _is_kind(origin, collections.abc.Iterable):
            texts = _sequences(items)
            return ["'hello'", "'hallo'", "''", *texts] if arguments[0] is object else texts
        return self._of_class(origin) if isinstance(origin, type) else []

    def _callables(self, arguments: tuple[Any, ...]) -> list[str]:
        expected = arguments[0] if arguments else ...
        result = arguments[-1] if arguments else None
        count = len(expected) if isinstance(expected, list) else None
        plain = list(pools.CALLABLES.get(count, pools.CALLABLES[None]))
        if typing.get_origin(result) in (collections.abc.Awaitable, collections.abc.Coroutine):
            return list(pools.ASYNC_CALLABLES)
        if result is bool and count == 1:
            plain = ["lambda value: True", "lambda value: False", "bool", *plain]
        if result is float and count == 0:
            plain = ["lambda: 0.0", "itertools.count().__next__", *plain]
        if expected == [int] or result is int:
            plain = ["lambda value: value + 1", *plain] if count == 1 else plain
        return plain

    def _tuples(self, arguments: tuple[Any, ...], depth: int) -> list[str]:
        if len(arguments) == 2 and arguments[1] is ...:
            items = self.of(arguments[0], depth + 1) or ["1", "2"]
            return [f"({text[1:-1]},)" if text != "[]" else "()" for text in _sequences(items)]
        columns = [self.of(item, depth + 1) or ["1"] for item in arguments]
        rows = [[texts[row % len(texts)] for texts in columns] for row in range(4)]
        return [f"({', '.join(row)}{',' if len(row) == 1 else ''})" for row in rows]


def _sequences(items: list[str]) -> list[str]:
    several = [
        f"[{', '.join(items[:3])}]",
        "[]",
        f"[{items[0]}]",
        f"[{', '.join(reversed(items[:4]))}]",
        f"[{items[0]}, {items[0]}]",
    ]
    return several + [f"[{item}]" for item in items[1:6]]


def _dictionaries(keys: list[str], values: list[str]) -> list[str]:
    pairs = [f"{key}: {values[n % len(values)]}" for n, key in enumerate(keys)]
    return [
        f"{{{', '.join(pairs[:2])}}}",
        "{}",
        f"{{{pairs[0]}}}",
        *(f"{{{keys[0]}: {value}}}" for value in values[1:5]),
    ]


def _is_kind(origin: object, kind: type) -> bool:
    return isinstance(origin, type) and issubclass(origin, kind)


def interleave(*lists: list[str]) -> list[str]:
    """Return the first of each list, then the second of each, without repetitions."""
    longest = max((len(texts) for texts in lists), default=0)
    mixed = [texts[row] for row in range(longest) for texts in lists if row < len(texts)]
    return list(dict.fromkeys(mixed))
