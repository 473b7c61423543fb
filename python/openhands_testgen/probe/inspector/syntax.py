"""Small questions about pieces of syntax."""

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef

#: Builtins that only work on what they are given.
PURE = frozenset(
    (
        *("abs", "all", "any", "bool", "bytes", "chr", "dict", "divmod", "enumerate", "float"),
        *("format", "frozenset", "int", "isinstance", "len", "list", "max", "min", "ord"),
        *("pow", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple"),
        *("type", "zip"),
    )
)


def called_name(call: ast.Call) -> str:
    """The last word of what is called: ``raises`` of ``pytest.raises(...)``."""
    return last_word(call.func)


def last_word(expression: ast.AST) -> str:
    """``b`` of ``a.b`` and of ``b``."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def last_words(expression: "ast.AST | None") -> "set[str]":
    """The last words of a name or of each in a tuple."""
    if isinstance(expression, ast.Tuple):
        return {last_word(part) for part in expression.elts}
    return {last_word(expression)} if expression is not None else set()


def functions_in(tree: ast.AST) -> "list[Function]":
    """Every function of a file, nested ones too."""
    return [
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def names_in(*nodes: ast.AST) -> "set[str]":
    """Every name that is read, and every attribute."""
    words = set()
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                words.add(inner.id)
    return words


def strings_in(node: ast.AST) -> "Iterator[str]":
    """Every string literal."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def blocks_of(statement: ast.AST) -> "list[list[ast.stmt]]":
    """The bodies of an ``if``, ``try``, ``with``, loop or ``match``."""
    blocks = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    parts = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    blocks.extend(part.body for part in parts)
    return [block for block in blocks if block and isinstance(block[0], ast.stmt)]


def is_fixture(function: Function) -> bool:
    """Whether a decorator makes it a fixture."""
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if "fixture" in last_word(target):
            return True
    return False


def parameters_of(function: Function) -> "set[str]":
    """The names of its parameters."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {argument.arg for argument in every}
