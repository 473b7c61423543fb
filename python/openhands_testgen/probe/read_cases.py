"""Reads files of test cases without running them: what each test is for, and which are drafts.

Usage::

    python read_cases.py FILE...    one JSON list on the standard output, an object a file

Each object has ``error`` (why the file does not parse, or null) and ``tests``: ``name``, ``line``,
``draft`` and ``mentions``, the texts in which a test may name its requirements.
"""

import ast
import json
import sys

#: What a text may be that is no Python that we can read.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OSError)

#: What may be a test.
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

#: The name by which a file says what all its tests are for.
CONSTANTS = ("REQUIREMENT", "REQUIREMENTS")


def read(path: str) -> "dict[str, object]":
    """What one file holds."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
    except UNREADABLE as error:
        return {"error": describe(error), "tests": []}
    found = tests_of(tree.body, "", texts_of_file(tree), is_skipped_file(tree))
    return {"error": None, "tests": found}


def describe(error: BaseException) -> str:
    """One line for people."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    return str(error) or type(error).__name__


def texts_of_file(tree: ast.Module) -> "list[str]":
    """What the file says that all its tests are for."""
    texts = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id in CONSTANTS for target in targets):
            texts.extend(strings(node))
    return texts


def is_skipped_file(tree: ast.Module) -> bool:
    """Whether ``pytestmark`` skips all its tests."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            marks = (
                node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else [node.value]
            )
            if any(is_skip(mark) for mark in marks):
                return True
    return False


def tests_of(
    body: "list[ast.stmt]", prefix: str, texts: "list[str]", draft: bool
) -> "list[dict[str, object]]":
    """The tests of a body, those of classes by ``Class::name``."""
    found: list[dict[str, object]] = []
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = [*texts, ast.get_docstring(node) or "", *marked(node)]
            skipped = draft or any(is_skip(mark) for mark in node.decorator_list)
            found.extend(tests_of(node.body, f"{prefix}{node.name}::", own, skipped))
        elif isinstance(node, FUNCTIONS) and node.name.startswith("test"):
            found.append(
                {
                    "name": prefix + node.name,
                    "line": node.lineno,
                    "draft": draft or is_draft(node),
                    "mentions": [*texts, ast.get_docstring(node) or "", *marked(node)],
                }
            )
    return found


def marked(node: "ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef") -> "list[str]":
    """The texts of its marks, but for the reasons of skips."""
    return [text for mark in node.decorator_list if not is_skip(mark) for text in strings(mark)]


def strings(node: ast.AST) -> "list[str]":
    """Every text below a node."""
    found = (child.value for child in ast.walk(node) if isinstance(child, ast.Constant))
    return [value for value in found if isinstance(value, str)]


def is_skip(mark: ast.expr) -> bool:
    """Whether a mark is ``pytest.mark.skip``, with or without arguments."""
    function = mark.func if isinstance(mark, ast.Call) else mark
    return isinstance(function, ast.Attribute) and function.attr == "skip"


def is_draft(node: "ast.FunctionDef | ast.AsyncFunctionDef") -> bool:
    """Whether it is skipped, or does nothing yet."""
    if any(is_skip(mark) for mark in node.decorator_list):
        return True
    body = [statement for statement in node.body if not is_idle(statement)]
    if not body:
        return True
    first = body[0]
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Call)
        and is_skip_call(first.value)
    )


def is_skip_call(call: ast.Call) -> bool:
    """Whether a call is ``pytest.skip(...)``."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "skip"


def is_idle(statement: ast.stmt) -> bool:
    """A docstring, ``...`` or ``pass``."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


if __name__ == "__main__":
    json.dump([read(path) for path in sys.argv[1:]], sys.stdout)
