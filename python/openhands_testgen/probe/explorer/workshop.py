"""How to make an instance of a class: expressions that were seen to work."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable
from typing import Any

from .kinship import is_instance, is_subclass
from .names import Names
from .targets import constructor_target

MAX_RECIPES = 14
MAX_ALIKE = 3
"""Recipes that differ only in the values they pass."""
ROWS = 5
MAX_OPTIONS, OPTION_TRIES = 5, 4


class Workshop:
    """Keeps expressions that make instances, by class; makes the first ones from constructors."""

    def __init__(self, names: Names, evaluate: Callable[[str], tuple[bool, Any]]) -> None:
        self._names = names
        self._evaluate = evaluate
        self._recipes: dict[type, list[str]] = {}
        self._learned: dict[type, list[str]] = {}
        self._busy: set[type] = set()
        self.columns: Callable[[Any], list[list[str]]] = lambda target: []
        """The texts for each required parameter of a constructor."""
        self.options: Callable[[Any], dict[str, list[str]]] = lambda target: {}
        """The texts for each optional one, by name."""

    def of(self, kind: type) -> list[str]:
        """Return expressions for instances of a class or of its subclasses."""
        if issubclass(kind, enum.Enum):
            return [f"{self._names.of(kind)}.{member.name}" for member in list(kind)[:MAX_RECIPES]]
        if kind not in self._recipes and kind not in self._busy:
            self._seed(kind)
        found = list(self._recipes.get(kind, ()))
        for other, texts in list(self._recipes.items()):
            if other is not kind and is_subclass(other, kind):
                found += texts[:3]
        return found

    def learn(self, value: object, text: str) -> None:
        """Remember that an expression made an instance."""
        if not issubclass(type(value), enum.Enum):
            self.of(type(value))  # the plainest come first
        texts = self._recipes.setdefault(type(value), [])
        alike = sum(1 for other in texts if _shape(other) == _shape(text))
        room = len(texts) < MAX_RECIPES and alike < MAX_ALIKE
        if text not in texts and room and len(text) <= 90:
            texts.append(text)
            self._learned.setdefault(type(value), []).append(text)

    def learned(self) -> list[str]:
        """Return expressions for instances that functions gave back, a few of each class."""
        return [text for texts in self._learned.values() for text in texts[:2]][:MAX_RECIPES]

    def works(self, text: str) -> bool:
        """Tell whether an expression can be evaluated."""
        return self._evaluate(text)[0]

    def _seed(self, kind: type) -> None:
        self._recipes[kind] = []
        name = self._names.of(kind)
        if name is None or inspect.isabstract(kind):
            return
        self._busy.add(kind)
        try:
            for text in self._guesses(name, kind):
                worked, value = self._evaluate(text)
                if worked and is_instance(value, kind) and text not in self._recipes[kind]:
                    self._recipes[kind].append(text)
                if len(self._recipes[kind]) == 4:
                    break
            self._seed_options(name, kind)
        finally:
            self._busy.discard(kind)

    def _seed_options(self, name: str, kind: type) -> None:
        """Add the plainest instance with one option each."""
        plain = self._recipes[kind][0][:-1] if self._recipes[kind] else ""
        options = self.options(constructor_target(name, kind)) if plain else {}
        for option, texts in list(options.items())[:MAX_OPTIONS]:
            for text in texts[:OPTION_TRIES]:
                made = f"{plain}{'' if plain.endswith('(') else ', '}{option}={text})"
                worked, value = self._evaluate(made)
                if worked and is_instance(value, kind) and made not in self._recipes[kind]:
                    self._recipes[kind].append(made)
                    break

    def _guesses(self, name: str, kind: type) -> list[str]:
        target = constructor_target(name, kind)
        required = [parameter for parameter in target.parameters if parameter.required]
        columns = self.columns(target)
        if not required:
            return [f"{name}()"]
        if any(not texts for texts in columns):
            return []
        rows = [[texts[row % len(texts)] for texts in columns] for row in range(ROWS)]
        singles = [
            [texts[row if index == place else 0] for index, texts in enumerate(columns)]
            for place in range(len(columns))
            for row in range(min(6, len(columns[place])))
        ]
        return [f"{name}({_join(required, row)})" for row in [rows[0], *singles, *rows[1:]]]


def _shape(text: str) -> str:
    """Return what two calls with the same parameters share."""
    return text.partition("(")[0] + " ".join(re.findall(r"(\w+)=", text))


def _join(required: list[Any], row: list[str]) -> str:
    return ", ".join(
        f"{parameter.name}={text}" if parameter.is_keyword_only else text
        for parameter, text in zip(required, row, strict=True)
    )
