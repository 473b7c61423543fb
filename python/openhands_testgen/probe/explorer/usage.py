"""How does a function use a parameter, or a class an attribute? Read off the syntax tree."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field


@dataclass
class Usage:
    """How a function uses one of its parameters."""

    compared: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    """Those of the attributes that are called."""
    fields: dict[str, list[str]] = field(default_factory=dict)
    """What the attributes are compared with."""
    keys: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)
    called_with: int | None = None
    iterated: bool = False


def read_usage(body: list[ast.stmt], usage: dict[str, Usage], calls: set[str]) -> None:
    """Note how a function body uses parameters, and the names of what it calls."""
    for statement in body:
        _UsageReader(usage, calls, {}).visit(statement)


def read_attributes(owner: ast.ClassDef, kept: dict[str, Usage]) -> None:
    """Note how the methods of a class use the attributes of their object."""
    for node in owner.body:
        if kept and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _UsageReader({}, set(), kept).visit(node)


class _UsageReader(ast.NodeVisitor):
    """Collects what a function body does with its parameters, or a method with `self.x`."""

    def __init__(
        self, usage: dict[str, Usage], calls: set[str], attributes: dict[str, Usage]
    ) -> None:
        self._usage = usage
        self._calls = calls
        self._attributes = attributes

    def _of(self, node: ast.AST) -> Usage | None:
        if isinstance(node, ast.Name):
            return self._usage.get(node.id)
        return self._attributes.get(own_attribute(node))

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, right in itertools.pairwise(sides):
            self._compare(left, right)
            self._compare(right, left)
        self.generic_visit(node)

    def _compare(self, subject: ast.expr, other: ast.expr) -> None:
        root = subject
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)) and not self._of(root):
            if _is_len(root) and isinstance(other, ast.Constant):
                usage = self._of(root.args[0])  # type: ignore[union-attr]
                if usage and isinstance(other.value, int):
                    usage.lengths.append(other.value)
                return
            root = root.func if isinstance(root, ast.Call) else root.value
        usage = self._of(root)
        if usage is None or _mentions(other, self._usage):
            return
        usage.compared.append(ast.unparse(other))
        if isinstance(subject, ast.Attribute) and subject.value is root:
            usage.fields.setdefault(subject.attr, []).append(ast.unparse(other))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        usage = self._of(node.value)
        if usage is not None:
            usage.attributes.append(node.attr)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        usage = self._of(node.value)
        if usage is not None and isinstance(node.slice, ast.Constant):
            usage.keys.append(repr(node.slice.value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self._calls.add(
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        usage = self._of(node.func)
        if usage is not None:
            usage.called_with = len(node.args)
        if isinstance(node.func, ast.Attribute):
            self._method_call(node.func, node.args)
        elif isinstance(node.func, ast.Name) and len(node.args) == 2:
            tested = self._of(node.args[0])
            if tested is not None and node.func.id == "isinstance":
                tested.types += _type_names(node.args[1])
        self.generic_visit(node)

    def _method_call(self, method: ast.Attribute, arguments: list[ast.expr]) -> None:
        usage = self._of(method.value)
        if usage is not None:
            usage.methods.add(method.attr)
        if usage is None or not arguments or not isinstance(arguments[0], ast.Constant):
            return
        text = repr(arguments[0].value)
        if method.attr in ("get", "pop", "setdefault"):
            usage.keys.append(text)
        elif method.attr in ("startswith", "endswith", "split", "partition", "find", "index"):
            usage.compared.append(text)
        if method.attr == "startswith" and isinstance(arguments[0].value, str):
            usage.prefixes.append(arguments[0].value)

    def visit_For(self, node: ast.For) -> None:
        self._iterate(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._iterate(node.iter)
        self.generic_visit(node)

    def _iterate(self, node: ast.expr) -> None:
        usage = self._of(node)
        if usage is not None:
            usage.iterated = True

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for side in (node.left, node.right):
            usage = self._of(side)
            if usage is not None:
                usage.operators.append(type(node.op).__name__)
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        usage = self._of(node.subject)
        if usage is not None:
            for case in node.cases:
                usage.compared += [
                    ast.unparse(inner.value)
                    for inner in ast.walk(case.pattern)
                    if isinstance(inner, ast.MatchValue)
                ]
        self.generic_visit(node)


def own_attribute(node: ast.AST) -> str:
    """Return `x` for `self.x`, an empty text for all else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else ""
    return ""


def _is_len(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and len(node.args) == 1
    )


def _mentions(node: ast.expr, names: dict[str, Usage]) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node))


def _type_names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Tuple):
        return [name for item in node.elts for name in _type_names(item)]
    return [ast.unparse(node)]
