"""Does a function assert something that can fail?"""

import ast
from enum import IntEnum

from .syntax import PURE, Function, called_name, last_word, last_words

#: Calls that fail a test by themselves, whatever object they are called on.
FAILING_CALLS = frozenset({"raises", "warns", "deprecated_call", "fail", "exit"})
#: What catches a failed assertion.
CATCHES_ASSERTIONS = frozenset({"AssertionError", "Exception", "BaseException"})
#: Comparisons that hold between a thing and itself.
REFLEXIVE = (ast.Eq, ast.Is, ast.LtE, ast.GtE)


class Level(IntEnum):
    """How much a function asserts."""

    NOTHING = 0
    CAUGHT = 1
    TYPES = 2
    SOMETHING = 3


#: What is to be said of a test that asserts no more.
REASONS = {
    Level.NOTHING: "asserts nothing",
    Level.CAUGHT: "asserts nothing: it catches its own assertions",
    Level.TYPES: "asserts nothing but of what type things are",
}


class Assertions(ast.NodeVisitor):
    """What one function asserts by itself, and which others it mentions.

    `known` are the functions whose text we have: what they are called says nothing of them.
    """

    def __init__(self, function: Function, known: "set[str]") -> None:
        self.level = Level.NOTHING
        self.mentions: set[str] = set()
        self.mentions_caught: set[str] = set()
        self._known = known
        self._constants = constants_of(function)
        self._is_caught = False
        for statement in function.body:
            self.visit(statement)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A nested function counts where it is mentioned."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """The same."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """A plain assert."""
        self._add(self._level_of(node.test))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """A function may be called by whom it is given to."""
        self._mention(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """The same for a method."""
        self._mention(node.attr)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """``pytest.raises``, ``mock.assert_called``, ``self.assertEqual`` and the like."""
        name = called_name(node)
        if name in FAILING_CALLS and is_of_pytest(node.func):
            self.level = Level.SOMETHING
        elif name.startswith("assert") and name not in self._known:
            self._add(self._level_of_method(name, node))
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        """What a handler catches and keeps to itself was not asserted."""
        catches = any(keeps_to_itself(handler) for handler in node.handlers)
        leaves = holds(node.finalbody, ast.Return)
        self._visit_caught(node.body, catches or leaves)
        for statement in [*node.handlers, *node.orelse, *node.finalbody]:
            self.visit(statement)

    def visit_With(self, node: ast.With) -> None:
        """The same for ``contextlib.suppress``, and for what awaits its own failure."""
        catches = False
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and called_name(call) in ("suppress", "raises"):
                words = set().union(*(last_words(argument) for argument in call.args))
                own = holds(node.body, ast.Assert) or called_name(call) == "suppress"
                if own and words & CATCHES_ASSERTIONS:
                    catches = True
                    continue
            self.visit(item)
        self._visit_caught(node.body, catches)

    def _visit_caught(self, body: "list[ast.stmt]", is_caught: bool) -> None:
        before, self._is_caught = self._is_caught, self._is_caught or is_caught
        for statement in body:
            self.visit(statement)
        self._is_caught = before

    def _mention(self, name: str) -> None:
        if name in self._known:
            (self.mentions_caught if self._is_caught else self.mentions).add(name)

    def _add(self, level: Level) -> None:
        if self._is_caught:
            level = min(level, Level.CAUGHT)
        self.level = max(self.level, level)

    # Expressions ---------------------------------------------------------------------------------

    def _level_of(self, test: ast.expr) -> Level:
        if self._cannot_fail(test):
            return Level.NOTHING
        if isinstance(test, ast.BoolOp):
            return max(self._level_of(value) for value in test.values)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._level_of(test.operand)
        return Level.TYPES if asks_type(test) else Level.SOMETHING

    def _level_of_method(self, name: str, call: ast.Call) -> Level:
        if name in ("assertTrue", "assertFalse") and call.args:
            return self._level_of(call.args[0])
        if name in ("assertIsInstance", "assertNotIsInstance"):
            return Level.TYPES
        if name.startswith("assert_") or not call.args:
            return Level.SOMETHING  # of a mock, or one of those that take a block
        return Level.NOTHING if all(map(self._is_constant, call.args)) else Level.SOMETHING

    def _cannot_fail(self, test: ast.expr) -> bool:
        """Whether an ``assert`` on this expression can never fail, as far as the text tells."""
        if isinstance(test, (ast.Tuple, ast.List, ast.Set)):
            return bool(test.elts)
        if isinstance(test, (ast.Dict, ast.Lambda, ast.JoinedStr, ast.GeneratorExp)):
            return not isinstance(test, ast.Dict) or bool(test.keys)
        if isinstance(test, ast.BoolOp):
            parts = [self._cannot_fail(value) for value in test.values]
            return any(parts) if isinstance(test.op, ast.Or) else all(parts)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, right = test.left, test.comparators[0]
            if isinstance(test.ops[0], REFLEXIVE) and is_same_name(left, right):
                return True
            if isinstance(test.ops[0], ast.Eq) and "ANY" in (last_word(left), last_word(right)):
                return True
        return self._is_constant(test) and not is_false(test)

    def _is_constant(self, expression: ast.expr) -> bool:
        """Whether only literals and functions of Python itself take part."""
        for node in ast.walk(expression):
            if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
                return False
            if isinstance(node, ast.Name) and node.id not in PURE | self._constants:
                return False
        return True


def holds(body: "list[ast.stmt]", kind: type[ast.stmt]) -> bool:
    """Whether a statement of this kind is anywhere in a block."""
    return any(isinstance(inner, kind) for statement in body for inner in ast.walk(statement))


def is_of_pytest(function: ast.expr) -> bool:
    """``pytest.raises`` or a bare ``raises``, but not ``parser.exit``."""
    if isinstance(function, ast.Attribute):
        owner = function.value
        return isinstance(owner, ast.Name) and (
            owner.id in ("pytest", "self") or function.attr == "raises"
        )
    return isinstance(function, ast.Name) and function.id != "exit"


def is_false(test: ast.expr) -> bool:
    """``assert False``: it fails where it is reached."""
    return isinstance(test, ast.Constant) and not test.value


def is_same_name(left: ast.expr, right: ast.expr) -> bool:
    """Whether a variable is compared with itself."""
    return isinstance(left, ast.Name) and isinstance(right, ast.Name) and left.id == right.id


def asks_type(test: ast.expr) -> bool:
    """``isinstance(x, T)`` and ``type(x) is T``."""
    if isinstance(test, ast.Call):
        return called_name(test) == "isinstance"
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        sides = (test.left, test.comparators[0])
        return any(isinstance(side, ast.Call) and called_name(side) == "type" for side in sides)
    return False


def keeps_to_itself(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches a failed assertion, and the test goes on."""
    if handler.type is not None and not last_words(handler.type) & CATCHES_ASSERTIONS:
        return False
    for node in ast.walk(handler):
        if isinstance(node, (ast.Raise, ast.Assert)):
            return False
        if isinstance(node, ast.Call):
            name = called_name(node)
            if name.startswith("assert") or name in FAILING_CALLS or name == "append":
                return False  # said, or kept for later, as threads do
    return True


def constants_of(function: Function) -> "set[str]":
    """The variables of a function that only ever hold a literal."""
    literal, other = set(), set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    literal.add(target.id)
    targets: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            targets[node.id] = targets.get(node.id, 0) + 1
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            other.update(node.names)
    return {name for name in literal - other if targets.get(name) == 1}


def levels_of(functions: "list[Function]") -> "dict[int, Level]":
    """How much each function asserts, by itself or by those that it mentions; by its identity."""
    known = {function.name for function in functions}
    found = {id(function): Assertions(function, known) for function in functions}
    levels = {key: one.level for key, one in found.items()}
    while True:
        by_name = dict.fromkeys(known, Level.NOTHING)
        for function in functions:
            by_name[function.name] = max(by_name[function.name], levels[id(function)])
        before = dict(levels)
        for key, one in found.items():
            given = [by_name[name] for name in one.mentions]
            given += [min(by_name[name], Level.CAUGHT) for name in one.mentions_caught]
            levels[key] = max([levels[key], *given])
        if levels == before:
            return levels
