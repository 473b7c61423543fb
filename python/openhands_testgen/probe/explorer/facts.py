"""What the code itself says about its inputs: its functions, their constants, their conditions."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .usage import Usage, own_attribute, read_attributes, read_usage

MAX_TEXT = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


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
    refusals: set[int] = field(default_factory=set)
    """The lines of `return NotImplemented`."""
    constants: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    _reachable: dict[str, list[FunctionFacts]] = field(default_factory=dict)

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
            if isinstance(inner, ast.Return) and _is_refusal(inner.value):
                facts.refusals.add(inner.lineno)
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
        read_attributes(owner, kept)

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
        if name not in self._reachable:
            self._reachable[name] = self._reach(name)
        return self._reachable[name]

    def _reach(self, name: str) -> list[FunctionFacts]:
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
    read_usage(node.body, facts.usage, facts.calls)
    return facts


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


def _is_refusal(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Name) and value.id == "NotImplemented"


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _spoken_of(condition: ast.expr) -> tuple[str, ...]:
    """Return the names in a condition, `x` for `self.x` too, in their order."""
    found = [own_attribute(node) or getattr(node, "id", "") for node in ast.walk(condition)]
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


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
