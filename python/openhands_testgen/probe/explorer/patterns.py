"""Strings that a regular expression of the module matches."""

from __future__ import annotations

import itertools
import random
import re
import string
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        from re import _constants as codes  # type: ignore[attr-defined]
        from re import _parser as parser  # type: ignore[attr-defined]
    except ImportError:  # Python 3.10
        import sre_constants as codes
        import sre_parse as parser

Node = tuple[Any, Any]
"""An operation of a parsed pattern, and what belongs to it."""
LETTERS = string.ascii_lowercase
CATEGORIES = {
    codes.CATEGORY_DIGIT: "1234567890",
    codes.CATEGORY_NOT_DIGIT: "ab-",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_SPACE: "abc1",
    codes.CATEGORY_WORD: "abc123",
    codes.CATEGORY_NOT_WORD: "-. ",
}
MAX_REPEAT = 3
MAX_OPTIONAL = 12
Selection = frozenset[int]
"""The optional parts of a pattern that are taken, as the ids of their trees."""


def matching_strings(pattern: str, flags: int, count: int, choices: random.Random) -> list[str]:
    """Return up to `count` different strings that `pattern` really matches, short ones first."""
    try:
        compiled = re.compile(pattern, flags)
        tree = parser.parse(pattern, flags)
    except (re.error, RecursionError, OverflowError, TypeError):
        return []
    found: dict[str, None] = {}
    for taken in itertools.islice(_selections(tree, choices), count * 4):
        try:
            text = "".join(_Writer(choices, taken).write(tree))
        except (RecursionError, KeyError, IndexError, TypeError):
            continue
        if len(text) <= 80 and compiled.search(text):
            found[text] = None
        if len(found) == count:
            break
    return list(found)


def _selections(tree: Iterable[Node], choices: random.Random) -> Iterator[Selection | None]:
    """Yield which optional parts to take: all, none, each alone, pairs, then (None) any."""
    parts = list(itertools.islice(_optional(tree), MAX_OPTIONAL))
    yield frozenset().union(*parts)
    yield frozenset()
    for size in (1, 2):
        several = [frozenset().union(*some) for some in itertools.combinations(parts, size)]
        choices.shuffle(several)
        yield from several
    while True:
        yield None


def _optional(tree: Iterable[Node], around: Selection = frozenset()) -> Iterator[Selection]:
    """Yield each part that may be left out, with those around it, as the ids of their trees."""
    for code, argument in tree:
        if code in REPEATS:
            least, _, inner = argument
            taken = around | {id(inner)} if least == 0 else around
            if least == 0:
                yield taken
            yield from _optional(inner, taken)
        elif code is codes.SUBPATTERN:
            yield from _optional(argument[-1], around)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from _optional(branch, around)


class _Writer:
    """Walks a parsed pattern once, and takes of what may be left out the parts selected."""

    def __init__(self, choices: random.Random, taken: Selection | None) -> None:
        self._choices = choices
        self._taken = taken
        self._groups: dict[int, str] = {}

    def write(self, tree: Iterable[Node]) -> list[str]:
        return [text for node in tree for text in self._node(node)]

    def _node(self, node: Node) -> list[str]:
        code, argument = node
        if code is codes.LITERAL:
            return [chr(argument)]
        if code is codes.NOT_LITERAL:
            return ["b" if argument == ord("a") else "a"]
        if code is codes.ANY:
            return [self._choices.choice(LETTERS)]
        if code is codes.IN:
            return [self._member(argument)]
        if code is codes.BRANCH:
            return self.write(self._choices.choice(argument[1]))
        if code is codes.SUBPATTERN:
            text = self.write(argument[-1])
            if argument[0] is not None:
                self._groups[argument[0]] = "".join(text)
            return text
        if code is codes.GROUPREF:
            return [self._groups.get(argument, "")]
        if code in REPEATS:
            return self._repeat(*argument)
        if code is getattr(codes, "ATOMIC_GROUP", None):
            return self.write(argument)
        if code is codes.ASSERT and argument[0] > 0:
            return self.write(argument[1])
        return []

    def _repeat(self, least: int, most: int, tree: Iterable[Node]) -> list[str]:
        most = min(int(most), max(least + 1, MAX_REPEAT))
        times = self._choices.randint(least, most)
        if self._taken is not None:
            times = max(least, int(id(tree) in self._taken))
        return [text for _ in range(times) for text in self.write(tree)]

    def _member(self, items: list[Node]) -> str:
        negated = items[0][0] is codes.NEGATE
        letters = [letter for item in items for letter in _letters(item)]
        if negated:
            letters = [letter for letter in "aB1 -_x" if letter not in letters] or ["~"]
        return self._choices.choice(letters)


REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)}


def _letters(item: Node) -> list[str]:
    code, argument = item
    if code is codes.LITERAL:
        return [chr(argument)]
    if code is codes.RANGE:
        low, high = argument
        span = range(low, min(high, low + 9) + 1)
        return [chr(number) for number in span]
    if code is codes.CATEGORY:
        return list(CATEGORIES.get(argument, ""))
    return []
