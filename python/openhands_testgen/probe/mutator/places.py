"""Which nodes of a module may be changed: those that run in functions, where tests can see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
#: Names that only ask where the code runs, or who reads it.
SURROUNDINGS = {"TYPE_CHECKING", "version_info", "__debug__", "hexversion", "api_version"}
#: Fields of nodes that do not run with the function, or not for its result.
NEVER_RUN = {"annotation", "returns", "decorator_list", "type_params"}
UNTESTED = "# pragma: no cover"
#: Their parts run, but a place in them is not told reliably, or is bound by rules of its own.
UNSURE = (ast.JoinedStr, ast.pattern)


@dataclass(frozen=True)
class Place:
    """A node, the node that holds it, and what the names of things defined there begin with."""

    node: ast.AST
    parent: ast.AST
    scope: str

    @property
    def function(self) -> str:
        """`__qualname__` of the function that it runs in."""
        return self.scope.rpartition(".<locals>.")[0]


def places(tree: ast.Module, lines: list[str]) -> Iterator[Place]:
    """All nodes that may be changed; no recursion, since expressions may be nested very deeply."""
    waiting = [(Place(tree, tree, ""), False)]
    while waiting:
        place, runs = waiting.pop()
        node, name = place.node, place.scope
        if runs:
            yield place
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            name = name + getattr(node, "name", "<lambda>")
            name += ".<locals>." if isinstance(node, FUNCTIONS) else "."
            runs = runs or isinstance(node, FUNCTIONS)
        children = [child for child in _children(node) if not _is_left_alone(child, lines)]
        waiting.extend((Place(child, node, name), runs) for child in reversed(children))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What of a node runs: no annotations, no decorators, no dead branch."""
    skipped = NEVER_RUN
    if isinstance(node, ast.If) and _asks_surroundings(node.test):
        is_plain = isinstance(node.test, (ast.Name, ast.Attribute))
        skipped = {"test", "body"} if is_plain else {"test"}
    for field, value in ast.iter_fields(node):
        if field in skipped:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield item


def _is_left_alone(node: ast.AST, lines: list[str]) -> bool:
    if isinstance(node, ast.stmt):
        return _is_overload(node) or UNTESTED in lines[node.lineno - 1] or _is_idle(node)
    if isinstance(node, ast.ExceptHandler):
        return UNTESTED in lines[node.lineno - 1]
    if isinstance(node, (ast.Compare, ast.BoolOp, ast.IfExp)) and _asks_surroundings(node):
        return True
    if isinstance(node, ast.keyword):
        return node.arg == "stacklevel"
    return isinstance(node, UNSURE)


def _is_overload(node: ast.stmt) -> bool:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return any(ast.unparse(each).rpartition(".")[2] == "overload" for each in decorators)


def _is_idle(node: ast.stmt) -> bool:
    """A docstring, `...`, or another value that nobody uses."""
    return isinstance(node, ast.Expr) and isinstance(node.value, (ast.Constant, ast.Name))


def _asks_surroundings(node: ast.expr) -> bool:
    return bool(_names(node) & SURROUNDINGS)


def _names(node: ast.expr) -> set[str]:
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
    return found
