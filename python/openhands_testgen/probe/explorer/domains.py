"""Which arguments are worth trying for a parameter? Source texts, most telling first."""

from __future__ import annotations

import collections.abc
import decimal
import enum
import inspect
import random
import re
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any

from . import pools
from .facts import Facts, Usage
from .names import Names
from .patterns import matching_strings
from .targets import Parameter, Target

LISTS = (list, collections.abc.Sequence, collections.abc.MutableSequence)
ITERABLES = (
    collections.abc.Iterable, collections.abc.Collection, collections.abc.Reversible,
    collections.abc.Container,
)  # fmt: skip
ITERATORS = (collections.abc.Iterator, collections.abc.Generator)
MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping, collections.OrderedDict)
SETS = (set, collections.abc.Set, collections.abc.MutableSet)
MAX_DOMAIN = 48
MAX_DEPTH = 3
BODIES = ("pass", "raise ValueError('boom')", "raise KeyError('boom')", "entered.write('text')")


class Domains:
    """Offers source texts for parameters; every text was evaluated once before it is offered."""

    def __init__(
        self,
        names: Names,
        facts: Facts,
        strings: list[str],
        recipes: Callable[[type], list[str]],
        works: Callable[[str], bool],
        seed: int,
    ) -> None:
        self._names = names
        self._facts = facts
        self._strings = strings
        self._recipes = recipes
        self._works = works
        self._seed = seed

    def of(self, target: Target, parameter: Parameter) -> list[str]:
        """Return the texts to try for one parameter."""
        if parameter.name == "body" and target.fixed:
            return list(BODIES)
        usages = self._facts.usage(target.facts_name, parameter.name)
        found: list[str] = []
        typed = self.of_annotation(parameter.annotation)
        boundary = [text for usage in usages for text in self._from_usage(usage)]
        named = list(pools.by_name(parameter.name))
        if typed:
            kinds = self._kinds(typed)
            named = [text for text in named if self._kind(text) in kinds]
            boundary_first = [text for text in boundary if self._kind(text) in kinds]
            found += _interleave(named[:4] + typed, boundary_first)
            found += named + boundary
        else:
            found += _interleave(self._guesses(target, parameter, usages, named), boundary)
        if parameter.default is not None:
            found.append(parameter.default)
        found += self._constants(target, typed)
        if self._owns(target, parameter):
            found = self._recipes(target.owner)[:6] + found  # type: ignore[arg-type]
        if not typed:
            found += list(pools.GENERIC)
        return self._tried(found)

    def _owns(self, target: Target, parameter: Parameter) -> bool:
        return target.owner is not None and parameter.name in ("other", "another", "rhs", "that")

    def _tried(self, texts: Iterable[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if self._works(text)][:MAX_DOMAIN]

    # what the code does with it

    def _from_usage(self, usage: Usage) -> list[str]:
        found: list[str] = []
        for text in usage.compared:
            found += self._around(text)
        for name in usage.types:
            kind = self._value(name)
            if isinstance(kind, type):
                found += self.of_annotation(kind)[:3]
        for length in sorted(set(usage.lengths)):
            found += [
                repr("a" * size) for size in (length, length + 1, length - 1) if 0 <= size < 200
            ]
        if usage.keys:
            keys = list(dict.fromkeys(usage.keys))[:8]
            found.append("{" + ", ".join(f"{key}: {n}" for n, key in enumerate(keys, 1)) + "}")
            found.append("{" + ", ".join(f"{key}: 'a'" for key in keys) + "}")
            found += [f"{{{key}: 1}}" for key in keys[:3]]
        return found

    def _around(self, text: str) -> list[str]:
        """Return a compared value, its neighbours, and the members of a compared collection."""
        value = self._value(text)
        if value is None or isinstance(value, bool):
            return [text]
        if isinstance(value, (int, float)):
            literal = text if re.fullmatch(r"[-\w.]+", text) else repr(value)
            return [literal, repr(value + 1), repr(value - 1)]
        if isinstance(value, decimal.Decimal):
            return [repr(value), repr(value + 1), repr(value - 1)]
        if isinstance(value, (str, bytes)):
            return [text]
        if isinstance(value, (tuple, list, set, frozenset, dict)):
            ordered = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
            return [repr(item) for item in ordered if isinstance(item, (str, int, float, bytes))]
        return [text] if self._names.of(value) or isinstance(value, enum.Enum) else []

    def _value(self, text: str) -> object:
        try:
            return self._names.evaluate(text)
        except Exception:
            return None

    def _constants(self, target: Target, typed: list[str]) -> list[str]:
        """Return the constants of the function and of what it calls, of a fitting kind."""
        kinds = self._kinds(typed)
        found: list[str] = []
        for facts in self._facts.near(target.facts_name):
            for text in facts.constants:
                around = self._around(text)
                found += [item for item in around if not kinds or self._kind(item) in kinds]
        if not kinds or str in kinds:
            found += self._strings
        return found

    def _kinds(self, texts: list[str]) -> set[type]:
        kinds = {self._kind(text) for text in texts} - {type(None)}
        return kinds | {int} if float in kinds else kinds

    def _kind(self, text: str) -> type:
        return type(self._value(text))

    def _guesses(
        self, target: Target, parameter: Parameter, usages: list[Usage], named: list[str]
    ) -> list[str]:
        """Return values for a parameter without annotation, from how it is used and named."""
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return []
        found: list[str] = []
        for usage in usages:
            if usage.called_with is not None:
                found += pools.CALLABLES.get(usage.called_with, pools.CALLABLES[None])
            found += pools.by_methods(usage.attributes)
            for owner in self._owners(usage.attributes):
                found = self._recipes(owner)[:4] + found
            if usage.iterated:
                found += [*pools.BY_TYPE[list], "'abc'"]
            if usage.operators:
                found += pools.BY_TYPE[int][:6] + pools.BY_TYPE[float][:3]
        if parameter.default not in (None, "None"):
            found += self.of_annotation(self._kind(parameter.default or ""))
        return named + found if named and not found[:1] else _interleave(found, named)

    def _owners(self, attributes: list[str]) -> list[type]:
        """Return classes of the tests' namespace that have what is used of a parameter."""
        own = [name for name in dict.fromkeys(attributes) if not name.startswith("__")]
        if not own:
            return []
        return [
            value
            for value in self._names.namespace.values()
            if isinstance(value, type) and all(hasattr(value, name) for name in own)
            and value.__module__ not in ("datetime", "collections", "decimal", "unittest.mock")
        ]  # fmt: skip

    # what its annotation says

    def of_annotation(self, annotation: object, depth: int = 0) -> list[str]:
        """Return values of an annotated type; an empty list if it says nothing."""
        nothing: tuple[Any, ...] = (inspect.Parameter.empty, Any)
        if annotation in nothing or depth > MAX_DEPTH:
            return []
        if isinstance(annotation, str):
            return self.of_annotation(self._value(annotation), depth + 1)
        if isinstance(annotation, typing.TypeVar):
            return self.of_annotation(annotation.__bound__ or Any, depth + 1)
        origin = typing.get_origin(annotation)
        if origin is not None:
            return self._of_generic(origin, typing.get_args(annotation), depth)
        if annotation is None:
            return ["None"]
        supertype = getattr(annotation, "__supertype__", None)
        if supertype is not None:
            return self.of_annotation(supertype, depth + 1)
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
        columns = {name: self.of_annotation(hint, 1) or ["1"] for name, hint in hints.items()}
        rows = [
            ", ".join(f"{name!r}: {texts[row % len(texts)]}" for name, texts in columns.items())
            for row in range(3)
        ]
        return [f"{{{row}}}" for row in rows]

    def _of_generic(self, origin: object, arguments: tuple[Any, ...], depth: int) -> list[str]:
        if origin in (typing.Union, types.UnionType):
            options = [self.of_annotation(option, depth + 1) for option in arguments]
            return _interleave(*options)
        if origin is typing.Literal:
            return [repr(value) for value in arguments]
        if origin in (typing.Annotated, typing.Final, typing.ClassVar):
            return self.of_annotation(arguments[0], depth + 1)
        if origin is type:
            return [text for text in (self._names.of(item) for item in arguments) if text]
        if origin is collections.abc.Callable:
            return self._callables(arguments)
        if origin is tuple:
            return self._tuples(arguments, depth)
        items = self.of_annotation(arguments[0], depth + 1) if arguments else []
        if origin in MAPPINGS or _is_kind(origin, collections.abc.Mapping):
            values = self.of_annotation(arguments[-1], depth + 1) or ["1", "2"]
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
            plain = ["lambda: 0.0", "Mock(side_effect=[0.0, 1.0, 2.0, 3.0, 4.0])", *plain]
        if expected == [int] or result is int:
            plain = ["lambda value: value + 1", *plain] if count == 1 else plain
        return plain

    def _tuples(self, arguments: tuple[Any, ...], depth: int) -> list[str]:
        if len(arguments) == 2 and arguments[1] is ...:
            items = self.of_annotation(arguments[0], depth + 1) or ["1", "2"]
            return [f"({text[1:-1]},)" if text != "[]" else "()" for text in _sequences(items)]
        columns = [self.of_annotation(item, depth + 1) or ["1"] for item in arguments]
        rows = [[texts[row % len(texts)] for texts in columns] for row in range(4)]
        return [f"({', '.join(row)}{',' if len(row) == 1 else ''})" for row in rows]


def harvested_strings(facts: Facts, patterns: list[tuple[str, int]], seed: int) -> list[str]:
    """Return string texts that the whole module hints at: its patterns and its constants."""
    choices = random.Random(seed)
    found: list[str] = []
    every = patterns + [(text, 0) for text in facts.patterns]
    for pattern, flags in list(dict.fromkeys(every))[:40]:
        found += [repr(text) for text in matching_strings(pattern, flags, 4, choices)]
    constants = [text for text in facts.constants if text[0] in "'\""]
    return list(dict.fromkeys(found + constants))[:150]


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


def _interleave(*lists: list[str]) -> list[str]:
    longest = max((len(texts) for texts in lists), default=0)
    mixed = [texts[row] for row in range(longest) for texts in lists if row < len(texts)]
    return list(dict.fromkeys(mixed))
