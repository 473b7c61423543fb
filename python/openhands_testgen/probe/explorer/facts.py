"""What the code itself says about its inputs: constants, comparisons, and how each parameter is
used.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
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
    raises: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The lines of `raise` statements, and the names in the condition right above each."""
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
                facts.raises.update(dict.fromkeys(_span(inner), ()))
        for inner in ast.walk(tree):
            if isinstance(inner, ast.If) and isinstance(inner.body[0], ast.Raise):
                facts.raises.update(dict.fromkeys(_span(inner.body[0]), _spoken_of(inner.test)))
            if isinstance(inner, ast.Call) and _is_pattern_call(inner):
                facts.patterns.append(ast.literal_eval(inner.args[0]))
        facts.constants = _unique(_constants(tree))
        return facts

    def _follow_attributes(self, owner: ast.ClassDef) -> None:
        """Count what methods do with `self.x` as done with the parameter that is kept there."""
        maker = self.functions.get(f"{owner.name}.__init__")
        if maker is None:
            maker = self._generated_maker(owner)
            kept = dict(maker.usage)
        else:
            kept = _kept(owner, maker.usage)
        for node in owner.body:
            if kept and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                _UsageReader({}, set(), kept).visit(node)

    def _generated_maker(self, owner: ast.ClassDef) -> FunctionFacts:
        """Return the facts of an `__init__` that a decorator such as `dataclass` writes."""
        name = f"{owner.name}.__init__"
        after = self.functions.get(f"{owner.name}.__post_init__")
        maker = (
            FunctionFacts(name, after.first, after.last) if after else FunctionFacts(name, 0, -1)
        )
        maker.constants = list(after.constants) if after else []
        maker.calls = set(after.calls) if after else set()
        maker.usage = {name: Usage() for name in _declared(owner)}
        self.functions[name] = maker
        return maker

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

    def near(self, name: str) -> list[FunctionFacts]:
        """Return what is reachable from a function, then the methods of the same class."""
        found = self.reachable(name)
        owner = name.rpartition(".")[0]
        beside = [facts for facts in self.functions.values() if facts.name.startswith(f"{owner}.")]
        return found + [facts for facts in beside if owner and facts not in found]

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
    facts.constants = _unique(itertools.chain(_constants(node), _named_constants(node)))
    reader = _UsageReader(facts.usage, facts.calls)
    for statement in node.body:
        reader.visit(statement)
    return facts


class _UsageReader(ast.NodeVisitor):
    """Collects what a function body does with its parameters, or a method with `self.x`."""

    def __init__(
        self, usage: dict[str, Usage], calls: set[str], attributes: dict[str, Usage] | None = None
    ) -> None:
        self._usage = usage
        self._calls = calls
        self._attributes = attributes or {}

    def _of(self, node: ast.AST) -> Usage | None:
        if isinstance(node, ast.Name):
            return self._usage.get(node.id)
        return self._attributes.get(_own_attribute(node))

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


def _named_constants(function: Function) -> Iterator[str]:
    """Yield the names in capitals that a function reads."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id.isupper() and len(node.id) > 1:
            yield node.id


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


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _spoken_of(condition: ast.expr) -> tuple[str, ...]:
    """Return the names in a condition, `x` for `self.x` too, in their order."""
    found = [_own_attribute(node) or getattr(node, "id", "") for node in ast.walk(condition)]
    return tuple(dict.fromkeys(name for name in found if name not in ("", "self")))


def _kept(owner: ast.ClassDef, usage: dict[str, Usage]) -> dict[str, Usage]:
    """Return the usages of the parameters that an object keeps, by attribute."""
    kept: dict[str, Usage] = {}
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign) and isinstance(node.targets[-1], ast.Attribute):
            value = node.value.values[0] if isinstance(node.value, ast.BoolOp) else node.value
            if isinstance(value, ast.Name) and value.id in usage:
                kept[node.targets[-1].attr] = usage[value.id]
    return kept


def _declared(owner: ast.ClassDef) -> list[str]:
    """Return the fields that a class declares with annotations."""
    return [
        node.target.id
        for node in owner.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


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


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
