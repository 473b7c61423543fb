"""What can go wrong at one node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise

from .constants import is_text, neighbours
from .mutant import Change
from .places import Place
from .source_map import SourceMap

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.BitXor: ("^", "&"),
}
#: A comparison that stands alone as a condition is negated by its own other operator.
OWN_NEGATION = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
NAMES = {
    "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne", "+": "add", "-": "sub",
    "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow", "<<": "shl", ">>": "shr",
    "|": "bitor", "&": "bitand", "^": "bitxor",
}  # fmt: skip

Operator = Callable[[Place, SourceMap], Iterator[Change]]


def comparisons(place: Place, source: SourceMap) -> Iterator[Change]:
    """`a < b -> a <= b`, for each operator of a chain."""
    node = place.node
    if not isinstance(node, ast.Compare):
        return
    operands = pairwise([node.left, *node.comparators])
    for operator, between in zip(node.ops, operands, strict=True):
        old, new = COMPARISONS[type(operator)]
        yield from _exchange(source, node, between, old, new)


def arithmetic(place: Place, source: SourceMap) -> Iterator[Change]:
    """`a + b -> a - b`, `total += x -> total -= x`, `-x -> +x`."""
    node = place.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        if not isinstance(node.operand, ast.Constant):
            start, end = source.span(node)
            yield Change("neg-pos", start, start + 1, "+", (start, end))
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
        old, new = ARITHMETIC[type(node.op)]
        left: ast.expr
        if isinstance(node, ast.AugAssign):
            left, right = node.target, node.value
            old, new = f"{old}=", f"{new}="
        else:
            left, right = node.left, node.right
        if not is_text(left) and not is_text(right):
            yield from _exchange(source, node, (left, right), old, new)


def booleans(place: Place, source: SourceMap) -> Iterator[Change]:
    """`a and b -> a or b`, `not a -> a`, `True -> False`."""
    node = place.node
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for between in pairwise(node.values):
            yield from _exchange(source, node, between, old, new)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        start, end = source.span(node)
        operand = source.text[start + len("not") : end].lstrip(" \t")
        # With brackets even where a statement begins, and however many lines it takes.
        text = operand if operand.startswith("(") else f"({operand})"
        yield Change("drop-not", start, end, text, (start, end))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        start, end = source.span(node)
        new = str(not node.value)
        yield Change(f"to-{new.lower()}", start, end, new, _around(place, source))


def constants(place: Place, source: SourceMap) -> Iterator[Change]:
    """`x[0] -> x[1]`, `x[0] -> x[-1]`."""
    node = place.node
    if not isinstance(node, ast.Constant):
        return
    start, end = source.span(node)
    for name, value in neighbours(node.value):
        # `while 1` and `while 2` are the same loop.
        if not _is_condition(place) or bool(node.value) != bool(value):
            yield Change(name, start, end, repr(value), _around(place, source))


def conditions(place: Place, source: SourceMap) -> Iterator[Change]:
    """`if a < b -> if not (a < b)`; none where another operator says the same."""
    node = place.node
    if not _is_condition(place) or isinstance(node, ast.Constant):
        return
    if _negates_itself(node):
        return
    start, end = source.span(node)
    text = f"{_gap(source, start)}not ({source.text[start:end]})"
    yield Change("negate", start, end, text, (start, end))


def returns(place: Place, source: SourceMap) -> Iterator[Change]:
    """`return x -> return None`."""
    node = place.node
    if not isinstance(node, ast.Return) or node.value is None:
        return
    if isinstance(node.value, ast.Constant):
        # An `__exit__` that returns False or None lets the exception pass, either way.
        leaves = place.function.endswith(("__exit__", "__aexit__"))
        if node.value.value is None or (leaves and not node.value.value):
            return
    start, end = source.span(node.value)
    lost = source.place(end)[0] - source.place(start)[0]
    text = "(None" + "\n" * lost + ")" if lost else "None"
    yield Change("return-none", start, end, _gap(source, start) + text, source.span(node))


OPERATORS: dict[str, Operator] = {
    "comparison": comparisons,
    "boolean": booleans,
    "arithmetic": arithmetic,
    "constant": constants,
    "condition": conditions,
    "return": returns,
}


def _exchange(
    source: SourceMap, node: ast.AST, between: tuple[ast.AST, ast.AST], old: str, new: str
) -> Iterator[Change]:
    span = source.operator(*between, old)
    if span is not None:
        yield Change(f"{_name(old)}-{_name(new)}", *span, new, source.span(node))


def _name(symbol: str) -> str:
    """A word for an operator; `+=` has that of `+`."""
    return NAMES.get(symbol) or NAMES.get(symbol[:-1]) or symbol.replace(" ", "")


def _gap(source: SourceMap, start: int) -> str:
    """A blank where the word would otherwise grow together with the one before, as in `if(a)`."""
    before = source.text[start - 1 : start]
    return " " if before.isalnum() or before == "_" else ""


def _negates_itself(node: ast.AST) -> bool:
    """`not a` becomes `a`, and `a == b` becomes `a != b`, by other operators."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if not isinstance(node, ast.Compare) or len(node.ops) > 1:
        return False
    return isinstance(node.ops[0], OWN_NEGATION)


def _is_condition(place: Place) -> bool:
    parent, node = place.parent, place.node
    if isinstance(parent, (ast.If, ast.While, ast.IfExp)):
        return node is parent.test
    return isinstance(parent, ast.comprehension) and any(node is test for test in parent.ifs)


def _around(place: Place, source: SourceMap) -> tuple[int, int]:
    """The expression or plain statement that a constant stands in."""
    plain = (ast.expr, ast.keyword, ast.Return, ast.Assign, ast.AugAssign)
    return source.span(place.parent if isinstance(place.parent, plain) else place.node)
