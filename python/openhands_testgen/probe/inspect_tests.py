"""Reads a test file without running it: which functions it has, and whether they assert.

Usage::

    python inspect_tests.py tests FILE [HELPER]...    one JSON object on the standard output
    python inspect_tests.py statements FILE           how many statements a module has
"""

import ast
import json
import sys

Function = ast.FunctionDef | ast.AsyncFunctionDef

#: Calls that fail a test by themselves, whatever object they are called on.
FAILING_CALLS = frozenset({"raises", "warns", "deprecated_call", "fail", "exit"})


# What a function asserts --------------------------------------------------------------------------


def is_always_true(test: ast.expr) -> bool:
    """Whether an ``assert`` on this expression can never fail, as far as the text tells."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.BoolOp):
        parts = [is_always_true(value) for value in test.values]
        return any(parts) if isinstance(test.op, ast.Or) else all(parts)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Constant) and not test.operand.value
    if isinstance(test, ast.Compare):
        operands = [test.left, *test.comparators]
        return all(isinstance(operand, ast.Constant) for operand in operands)
    return False


def called_name(call: ast.Call) -> str:
    """The last word of what is called: ``raises`` of ``pytest.raises(...)``."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


class Assertions(ast.NodeVisitor):
    """Collects whether a function asserts, and which functions it calls."""

    def __init__(self) -> None:
        self.asserts = False
        self.calls: set[str] = set()

    def visit_Assert(self, node: ast.Assert) -> None:
        """A plain assert, unless it can never fail."""
        self.asserts = self.asserts or not is_always_true(node.test)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """``pytest.raises``, ``mock.assert_called``, ``self.assertEqual`` and the like."""
        name = called_name(node)
        if name.startswith("assert") or (name in FAILING_CALLS and is_of_pytest(node.func)):
            self.asserts = True
        self.calls.add(name)
        self.generic_visit(node)


def is_of_pytest(function: ast.expr) -> bool:
    """``pytest.raises`` or a bare ``raises``, but not ``parser.exit``."""
    if isinstance(function, ast.Attribute):
        owner = function.value
        return isinstance(owner, ast.Name) and (
            owner.id in ("pytest", "self") or function.attr == "raises"
        )
    return isinstance(function, ast.Name) and function.id != "exit"


def asserting_names(functions: list[Function]) -> set[str]:
    """The names of functions that assert, by themselves or by one that they call."""
    found: dict[str, Assertions] = {}
    for function in functions:
        visitor = Assertions()
        for statement in function.body:
            visitor.visit(statement)
        found[function.name] = visitor
    names = {name for name, visitor in found.items() if visitor.asserts}
    while True:
        more = {
            name for name, visitor in found.items() if name not in names and visitor.calls & names
        }
        if not more:
            return names
        names |= more


# What a file holds --------------------------------------------------------------------------------


def functions_in(tree: ast.AST) -> list[Function]:
    """Every function of a file, nested ones too."""
    return [
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def is_fixture(function: Function) -> bool:
    """Whether a decorator makes it a fixture."""
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if "fixture" in name:
            return True
    return False


class Inventory:
    """The functions of a file and of its classes, under the names that pytest gives them."""

    def __init__(self, tree: ast.Module, helpers: list[ast.Module]) -> None:
        everywhere = functions_in(tree)
        for helper in helpers:
            everywhere.extend(functions_in(helper))
        self._asserting = asserting_names(everywhere)
        self.functions: list[dict[str, object]] = []
        self.bases: dict[str, list[str]] = {}
        self._add_all(tree.body, "")

    def _add_all(self, body: list[ast.stmt], prefix: str) -> None:
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._add(statement, prefix)
            elif isinstance(statement, ast.ClassDef):
                name = prefix + statement.name
                self.bases[name] = [
                    base.id for base in statement.bases if isinstance(base, ast.Name)
                ]
                self._add_all(statement.body, name + "::")
            else:
                for inner in blocks_of(statement):
                    self._add_all(inner, prefix)

    def _add(self, function: Function, prefix: str) -> None:
        visitor = Assertions()
        for statement in function.body:
            visitor.visit(statement)
        asserts = visitor.asserts or bool(visitor.calls & self._asserting)
        self.functions.append(
            {
                "name": prefix + function.name,
                "line": function.lineno,
                "asserts": asserts,
                "fixture": is_fixture(function),
            }
        )


def blocks_of(statement: ast.AST) -> list[list[ast.stmt]]:
    """The bodies of an ``if``, ``try``, ``with``, loop or ``match``."""
    blocks = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    parts = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    blocks.extend(part.body for part in parts)
    return [block for block in blocks if block and isinstance(block[0], ast.stmt)]


def parse(path: str) -> ast.Module:
    """The tree of a file."""
    with open(path, "rb") as file:
        return ast.parse(file.read(), path)


def inspect(path: str, helper_paths: list[str]) -> dict[str, object]:
    """What the file holds, or why it does not parse."""
    try:
        tree = parse(path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return {"error": describe(error), "functions": [], "bases": {}}
    helpers = []
    for helper in helper_paths:
        try:
            helpers.append(parse(helper))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # what imports it fails with a better message
    inventory = Inventory(tree, helpers)
    return {"error": None, "functions": inventory.functions, "bases": inventory.bases}


def describe(error: BaseException) -> str:
    """One line for people."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    return str(error) or type(error).__name__


def statements(path: str) -> int:
    """How many statements a module has beyond docstrings."""
    found = [node for node in ast.walk(parse(path)) if isinstance(node, ast.stmt)]
    return sum(not is_docstring(node) for node in found)


def is_docstring(node: ast.stmt) -> bool:
    """A bare string or other constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def main(arguments: list[str]) -> None:
    """Runs one of the two verbs."""
    verb, path, *helpers = arguments
    if verb == "tests":
        print(json.dumps(inspect(path, helpers)))
    else:
        print(json.dumps({"statements": statements(path)}))


if __name__ == "__main__":
    main(sys.argv[1:])
