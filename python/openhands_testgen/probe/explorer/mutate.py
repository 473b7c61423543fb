"""Small changes to an argument that reached something new."""

from __future__ import annotations

import ast
import random
import re
from types import EllipsisType
from typing import TypeGuard

Value = str | bytes | int | float | complex | EllipsisType | None
Place = ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Dict
GLUE = ("", " ", ",", "-", ".", ":", "\n", "\n    ", ":\n    ", "\n\n", "=", "/", "_", "T")
JOINTS = ("\n", "\n", "\n\n", "\n    ", " ", ",", "")
NESTED = (":\n    ", "\n    ", "\n", ": ")
BESIDE = (": ", "\n    ", "\n", " ", "=", ", ")
POWERS = (2, 36)
"""Of ten: numbers that are written in another way the larger they are."""
NUMBER_IN_TEXT = 0.3
"""How often a number in a text is changed, if there is any."""
DIGITS = re.compile(r"[0-9]+")
MAX_LENGTH = 120


class Mutator:
    """Changes one constant or one collection inside a source text."""

    def __init__(self, choices: random.Random, strings: list[str], numbers: list[str]) -> None:
        self._choices = choices
        self.words = strings
        """The texts that the module hints at, as source."""
        self._strings = [ast.literal_eval(text) for text in strings] or ["a"]
        self._numbers = [ast.literal_eval(text) for text in numbers] or [1]

    def mutate(self, text: str) -> str:
        """Return a changed text, or the same if there is nothing to change."""
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError:
            return text
        places = [node for node in ast.walk(tree) if _is_place(node)]
        if not places:
            return text
        self._change(self._choices.choice(places))
        try:
            return ast.unparse(_Signs().visit(tree))
        except (ValueError, RecursionError):
            return text

    def another(self, text: str) -> str:
        """Return a constant of the module of the same kind as a text; else the text."""
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return text
        if isinstance(value, str):
            return repr(self._choices.choice(self._strings))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return repr(self._choices.choice(self._numbers))
        return text

    def splice(self, text: str, other: str) -> str:
        """Return one string and then another, as the lines or words of a longer one."""
        try:
            left, right = ast.literal_eval(text), ast.literal_eval(other)
        except (ValueError, SyntaxError):
            return text
        if not isinstance(left, str) or not isinstance(right, str):
            return text
        return repr((left + self._choices.choice(JOINTS) + right)[:MAX_LENGTH])

    def _change(self, node: Place) -> None:
        if isinstance(node, ast.Constant):
            node.value = self._constant(node.value)
        elif isinstance(node, ast.Dict):
            self._dictionary(node)
        else:
            self._collection(node)

    def _constant(self, value: Value) -> Value:
        if isinstance(value, bool):
            return not value
        if isinstance(value, (int, float)):
            return self._number(value)
        if isinstance(value, str):
            return self._text(value)[:MAX_LENGTH]
        if isinstance(value, bytes):
            return self._text(value.decode("latin-1"))[:MAX_LENGTH].encode("latin-1", "replace")
        return value

    def _number(self, value: int | float) -> int | float:
        alike = [number for number in self._numbers if type(number) is type(value)] or [1]
        power = self._choices.randint(*POWERS)
        options: list[int | float] = [
            value + 1,
            value - 1,
            -value,
            value * 2,
            value * 10,
            0,
            self._choices.choice(alike),
            10**power,
            10**power - 1,
        ]
        if isinstance(value, float):
            options += [value / 10, value + 0.5, 10.0**-power]
        return self._choices.choice(options)

    def _text(self, value: str) -> str:
        choices = self._choices
        if choices.random() < NUMBER_IN_TEXT and (digits := list(DIGITS.finditer(value))):
            return self._with_number(value, choices.choice(digits))
        place = choices.randint(0, len(value))
        other: str = choices.choice(self._strings)
        glue = choices.choice(GLUE)
        action = choices.randrange(13)
        if action == 0:
            return value[:place]
        if action == 1:
            return value[place:]
        if action == 2:
            return value[:place] + value[place + 1 :]
        if action == 3:
            return value + glue + value
        if action == 4:
            return value.upper() if value != value.upper() else value.lower()
        if action == 5:
            return value[:place] + glue + value[place:]
        if action == 6:
            return other + glue + value
        if action == 7:
            return value[:place] + choices.choice("aZ09-. é_'\"") + value[place + 1 :]
        if action == 8:
            return value[:place] + other + value[place:]
        if action == 12:
            return self._composed(other)
        if action == 9:
            return value.replace(choices.choice(value), choices.choice(GLUE), 1) if value else other
        return value + glue + other

    def _with_number(self, value: str, digits: re.Match[str]) -> str:
        """Return a text with another number in the place of one."""
        number = int(digits.group())
        other = self._choices.choice(
            [0, 1, number + 1, max(number - 1, 0), number * 10, number % 10]
        )
        return f"{value[: digits.start()]}{other}{value[digits.end() :]}"

    def _composed(self, first: str) -> str:
        """Return a heading, a line below it and a description, as structured texts have them."""
        second, third = (self._choices.choice(self._strings) for _ in range(2))
        inner, outer = self._choices.choice(NESTED), self._choices.choice(BESIDE)
        return f"{first}{inner}{second}{outer}{third}"

    def _collection(self, node: ast.List | ast.Tuple | ast.Set) -> None:
        action = self._choices.randrange(4)
        if not node.elts:
            return
        place = self._choices.randrange(len(node.elts))
        if action == 0:
            del node.elts[place]
        elif action == 1 and len(node.elts) < 12:
            node.elts.insert(place, node.elts[place])
        elif action == 2:
            node.elts.reverse()
        else:
            self._change_inside(node.elts, place)

    def _dictionary(self, node: ast.Dict) -> None:
        if not node.keys:
            return
        place = self._choices.randrange(len(node.keys))
        if self._choices.randrange(2):
            del node.keys[place], node.values[place]
        else:
            self._change_inside(node.values, place)

    def _change_inside(self, nodes: list[ast.expr], place: int) -> None:
        node = nodes[place]
        if isinstance(node, ast.Constant):
            nodes[place] = ast.Constant(self._constant(node.value))


class _Signs(ast.NodeTransformer):
    """Writes `5` for `--5`."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        if not isinstance(node.op, ast.USub):
            return node
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.USub):
            return inner.operand
        if isinstance(inner, ast.Constant) and _is_negative(inner.value):
            return ast.Constant(-inner.value)
        return node


def _is_negative(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and value < 0


def _is_place(node: ast.AST) -> TypeGuard[Place]:
    if isinstance(node, ast.Constant):
        return node.value is not None and node.value is not ...
    return isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict))
