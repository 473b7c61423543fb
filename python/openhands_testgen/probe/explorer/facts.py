"""What the code itself says about its inputs: constants, comparisons, and how each parameter is
used.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_TEXT = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Usage:
    """How a function uses one of its parameters."""

    compared: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)
    called_with: int | None = None
    iterated: bool = False


@dataclass
class FunctionFacts:
    """One function: its place, its constants, its parameters, what it calls."""

    name: str
    first: int
    last: int
    usage: dict[str, Usage] = field(default_factory=dict)
    constants: list[str] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)


@dataclass
class Facts:
    """All functions of a module by qualified name, and what holds for the whole of it."""

    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    raises: set[int] = field(default_factory=set)
    constants: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, tree: ast.Module) -> Facts:
        """Read the facts off a syntax tree."""
        facts = cls()
        for name, function in _functions(tree.body, ""):
            facts.functions[name] = _read_function(name, function)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                facts._follow_attributes(node)
        for inner in ast.walk(tree):
            if isinstance(inner, ast.Raise):
                facts.raises |= set(range(inner.lineno, (inner.end_lineno or inner.lineno) + 1))
            if isinstance(inner, ast.Call) and _is_pattern_call(inner):
                facts.patterns.append(ast.literal_eval(inner.args[0]))
        facts.constants = _unique(_constants(tree))
        return facts

    def _follow_attributes(self, owner: ast.ClassDef) -> None:
        """Count what methods do with `self.x` as done with the parameter that `__init__` keeps
        there.
        """
        maker = self.functions.get(f"{owner.name}.__init__")
        if maker is None:
            return
        kept: dict[str, Usage] = {}
        for node in ast.walk(owner):
            if isinstance(node, ast.Assign) and isinstance(node.targets[-1], ast.Attribute):
                value = node.value.values[0] if isinstance(node.value, ast.BoolOp) else node.value
                if isinstance(value, ast.Name) and value.id in maker.usage:
                    kept[node.targets[-1].attr] = maker.usage[value.id]
        for node in ast.walk(owner):
            name = _own_attribute(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in kept:
                kept[name].called_with = len(node.args)

    def reachable(self, name: str) -> list[FunctionFacts]:
        """Return a function and those of the module that it calls, nearest first."""
        found, waiting = [], [name]
        seen: set[str] = set()
        while waiting:
            current = waiting.pop(0)
            facts = self.functions.get(current)
            if current in seen or facts is None:
                continue
            seen.add(current)
            found.append(facts)
            waiting += sorted(
                other for other in self.functions if other.rpartition(".")[2] in facts.calls
            )
        return found

    def usage(self, function: str, parameter: str) -> list[Usage]:
        """Return how a parameter is used by the function, then by what it calls under the same
        name.
        """
        return [
            facts.usage[parameter] for facts in self.reachable(function) if parameter in facts.usage
        ]


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _functions(node.body, prefix)
            yield from _functions(node.orelse, prefix)
            for handler in getattr(node, "handlers", []):
                yield from _functions(handler.body, prefix)


def _read_function(name: str, node: Function) -> FunctionFacts:
    facts = FunctionFacts(name, node.lineno, node.end_lineno or node.lineno)
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    facts.usage = {argument.arg: Usage() for argument in every}
    facts.constants = _unique(_constants(node))
    reader = _UsageReader(facts)
    for statement in node.body:
        reader.visit(statement)
    return facts


class _UsageReader(ast.NodeVisitor):
    """Collects what a function body does with its parameters."""

    def __init__(self, facts: FunctionFacts) -> None:
        self._facts = facts
        self._usage = facts.usage

    def _of(self, node: ast.AST) -> Usage | None:
        return self._usage.get(node.id) if isinstance(node, ast.Name) else None

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, right in itertools.pairwise(sides):
            self._compare(left, right)
            self._compare(right, left)
        self.generic_visit(node)

    def _compare(self, subject: ast.expr, other: ast.expr) -> None:
        root = subject
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
            if _is_len(root) and isinstance(other, ast.Constant):
                usage = self._of(root.args[0])  # type: ignore[union-attr]
                if usage and isinstance(other.value, int):
                    usage.lengths.append(other.value)
                return
            root = root.func if isinstance(root, ast.Call) else root.value
        usage = self._of(root)
        if usage is not None and not _mentions(other, self._usage):
            usage.compared.append(ast.unparse(other))

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
        self._facts.calls.add(
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
        if usage is None or not arguments or not isinstance(arguments[0], ast.Constant):
            return
        text = repr(arguments[0].value)
        if method.attr in ("get", "pop", "setdefault"):
            usage.keys.append(text)
        elif method.attr in ("startswith", "endswith", "split", "partition", "find", "index"):
            usage.compared.append(text)

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


def _constants(tree: ast.AST) -> Iterator[str]:
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
        if isinstance(node, ast.Raise):
            skipped |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Constant) and id(node) not in skipped and _is_telling(node.value):
            yield repr(node.value)


def _is_telling(value: object) -> bool:
    if isinstance(value, (str, bytes)):
        return len(value) <= MAX_TEXT
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_pattern_call(node: ast.Call) -> bool:
    if not (isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)):
        return False
    return (
        node.func.value.id == "re"
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def _own_attribute(node: ast.AST) -> str:
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


def _unique(texts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(texts))
