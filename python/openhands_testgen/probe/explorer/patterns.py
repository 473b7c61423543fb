"""Strings that a regular expression of the module matches."""

from __future__ import annotations

import random
import re
import string
import warnings
from collections.abc import Iterable
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


def matching_strings(pattern: str, flags: int, count: int, choices: random.Random) -> list[str]:
    """Return up to `count` different strings that `pattern` really matches, short ones first."""
    try:
        compiled = re.compile(pattern, flags)
        tree = parser.parse(pattern, flags)
    except (re.error, RecursionError, OverflowError, TypeError):
        return []
    found: dict[str, None] = {}
    for attempt in range(count * 4):
        try:
            text = "".join(_Writer(choices, attempt).write(tree))
        except (RecursionError, KeyError, IndexError, TypeError):
            continue
        if len(text) <= 80 and compiled.search(text):
            found[text] = None
        if len(found) == count:
            break
    return list(found)


class _Writer:
    """Walks a parsed pattern once. The first passes take least, then all, of what may repeat."""

    def __init__(self, choices: random.Random, attempt: int) -> None:
        self._choices = choices
        self._mode = {0: "most", 1: "least"}.get(attempt, "any")
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
        times = {"least": least, "most": min(most, max(least, 1))}.get(self._mode)
        times = self._choices.randint(least, most) if times is None else times
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
