"""Reads a test file without running it: which functions it has, and whether they assert.

Usage::

    python inspect_tests.py tests MODULE FILE [HELPER]...    one JSON object on the standard output
    python inspect_tests.py statements FILE                  how many statements a module has

``MODULE`` is the dotted name of the module under test.
"""

import ast
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # `python -I` leaves it out

from inspector.inventory import Inventory

#: What a text may be that is no Python that we can read.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def parse(path: str) -> ast.Module:
    """The tree of a file."""
    with open(path, "rb") as file:
        return ast.parse(file.read(), path)


def inspect(module: str, path: str, helper_paths: "list[str]") -> "dict[str, object]":
    """What the file holds, or why it does not parse."""
    try:
        tree = parse(path)
    except UNREADABLE as error:
        return {"error": describe(error), "functions": [], "bases": {}}
    helpers = []
    for helper in helper_paths:
        try:
            helpers.append(parse(helper))
        except UNREADABLE:
            continue  # what imports it fails with a better message
    inventory = Inventory(tree, module, helpers)
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


def main(arguments: "list[str]") -> None:
    """Runs one of the two verbs."""
    verb, *rest = arguments
    if verb == "tests":
        module, path, *helpers = rest
        print(json.dumps(inspect(module, path, helpers)))
    else:
        print(json.dumps({"statements": statements(*rest)}))


if __name__ == "__main__":
    main(sys.argv[1:])
