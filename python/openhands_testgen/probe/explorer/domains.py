"""Which arguments are worth trying for a parameter? Source texts, most telling first."""

from __future__ import annotations

import ast
import decimal
import enum
import inspect
import random
import re
from collections.abc import Callable, Iterable

from . import pools
from .annotations import Annotations, interleave
from .collaborators import stand_ins
from .facts import Facts
from .names import Names
from .patterns import matching_strings
from .targets import Parameter, Target
from .usage import Usage

MAX_DOMAIN = 48
MAX_PATTERNS, MAX_MATCHES, MAX_STRINGS = 120, 10, 400
PATTERN_LIKE = re.compile(r"\[\^?[\w\\].*\]|\\[dwsbAZDWS]|\(\?|[\w)\]][$+*?]|^\^|\w\|\w")
OTHER_TYPES = ("1", "'hello'", "None", "b'hello'", "[1, 2]", "1.5")
"""What a function that looks at the type of an argument may not expect."""
AFTER_PREFIX = ("hello", "1", "", "2024-02-29T12:30:00")
BODIES = ("pass", "raise ValueError('boom')", "raise KeyError('boom')", "entered.write('text')")


class Domains:
    """Offers source texts for parameters; every text was evaluated once before it is offered."""

    def __init__(
        self,
        names: Names,
        facts: Facts,
        strings: list[str],
        recipes: Callable[[type], list[str]],
        learned: Callable[[], list[str]],
        works: Callable[[str], bool],
        seed: int,
    ) -> None:
        self._names = names
        self._facts = facts
        self._strings = strings
        self._recipes = recipes
        self._annotations = Annotations(names, recipes)
        self._learned = learned
        self._works = works
        self._neighbours: dict[str, list[str]] = {}
        self._known_kinds: dict[str, type] = {}
        self._seed = seed

    def of(self, target: Target, parameter: Parameter) -> list[str]:
        """Return the texts to try for one parameter."""
        if parameter.name == "body" and target.fixed:
            return list(BODIES)
        usages = self._facts.usage(target.facts_name, parameter.name)
        found: list[str] = []
        typed = self._annotations.of(parameter.annotation)
        boundary = [text for usage in usages for text in self._from_usage(usage)]
        named = list(pools.by_name(parameter.name))
        if typed:
            kinds = self._kinds(typed)
            named = [text for text in named if self._kind(text) in kinds]
            boundary_first = [text for text in boundary if self._kind(text) in kinds]
            found += interleave(named[:4] + typed, boundary_first)
            found += named + boundary
        else:
            found += interleave(self._guesses(target, parameter, usages, named), boundary)
        if parameter.default is not None:
            found.append(parameter.default)
        constants = self._constants(target, typed)
        found += constants if typed else interleave(list(pools.GENERIC), constants)
        if self._owns(target, parameter):
            found = [*self._recipes(target.owner)[:6], *OTHER_TYPES, *found]  # type: ignore[arg-type]
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
            kind = self._names.value_of(name)
            kinds = kind if isinstance(kind, tuple) else (kind,)
            for one in kinds:
                found += self._annotations.of(one)[:3] if isinstance(one, type) else []
        if usage.types:
            found += OTHER_TYPES
        found += [repr(start + text) for start in usage.prefixes for text in AFTER_PREFIX]
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
        if text not in self._neighbours:
            self._neighbours[text] = self._near(text)
        return self._neighbours[text]

    def _near(self, text: str) -> list[str]:
        value = self._names.value_of(text)
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
            simple = [item for item in ordered if isinstance(item, (str, int, float, bytes))]
            return [
                *map(repr, simple),
                *(["'other'"] if simple and isinstance(simple[0], str) else []),
            ]
        return [text] if self._names.of(value) or isinstance(value, enum.Enum) else []

    def _constants(self, target: Target, typed: list[str]) -> list[str]:
        """Return the constants of the function and of what it calls, of a fitting kind."""
        kinds = self._kinds(typed)
        found: list[str] = []
        found += [text for text in self._members(target) if not kinds or self._kind(text) in kinds]
        for facts in self._facts.near(target.facts_name):
            for text in facts.constants:
                around = self._around(text)
                found += [item for item in around if not kinds or self._kind(item) in kinds]
        if not kinds or str in kinds:
            found += self._strings
        return found

    def _members(self, target: Target) -> list[str]:
        """Return names and values of the members, for a function that belongs to an enum."""
        owner = self._names.value_of(target.facts_name.rpartition(".")[0] or "None")
        if not (isinstance(owner, type) and issubclass(owner, enum.Enum)):
            return []
        members: list[enum.Enum] = list(owner)
        words = [word for item in members for word in (item.value, item.name, item.name[0])]
        return [repr(word) for word in words if isinstance(word, (str, int))]

    def _kinds(self, texts: list[str]) -> set[type]:
        kinds = {self._kind(text) for text in texts} - {type(None)}
        return kinds | {int} if float in kinds else kinds

    def _kind(self, text: str) -> type:
        if text not in self._known_kinds:
            self._known_kinds[text] = type(self._names.value_of(text))
        return self._known_kinds[text]

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
            owners = self._owners(usage.attributes)
            for owner in owners:
                found = self._recipes(owner)[:4] + found
            if not self._owns(target, parameter) and not any(map(self._recipes, owners)):
                found += stand_ins(usage, self._around)
            if usage.iterated:
                found += [*pools.BY_TYPE[list], "'abc'"]
            if usage.operators:
                found += pools.BY_TYPE[int][:6] + pools.BY_TYPE[float][:3]
        if parameter.default not in (None, "None"):
            found += self._annotations.of(self._kind(parameter.default or ""))
        found += self._learned()
        return interleave(named, found)

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


def harvested_strings(facts: Facts, patterns: list[tuple[str, int]], seed: int) -> list[str]:
    """Return string texts that the whole module hints at: its constants, and what matches its
    patterns, be they compiled or only look like one.
    """
    choices = random.Random(seed)
    constants = [text for text in facts.constants if text[0] in "'\""]
    values = [ast.literal_eval(text) for text in constants]
    every = patterns + [(text, 0) for text in facts.patterns]
    every += [(text, 0) for text in values if PATTERN_LIKE.search(text)]
    found: list[str] = []
    for pattern, flags in list(dict.fromkeys(every))[:MAX_PATTERNS]:
        found += [
            repr(text) for text in matching_strings(pattern, flags, MAX_MATCHES, choices) if text
        ]
    pairs = list(zip(constants, values, strict=True))
    plain = [text for text, value in pairs if value.isalnum()]
    others = [text for text, value in pairs if "\\" not in value and not PATTERN_LIKE.search(value)]
    return list(dict.fromkeys(interleave(found, plain) + others))[:MAX_STRINGS]
