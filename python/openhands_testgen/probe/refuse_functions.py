"""Rewrites a module so that each of its functions first asks `otg_refusal` whether it may run.

Usage::

    python refuse_functions.py rewrite MODULE OUTPUT   how many functions it has
    python refuse_functions.py reached OUTPUT DATA     the lines of DATA that no such run can reach

``DATA`` is the coverage data (with branches) of a run of the rewritten module. ``reached`` prints
a JSON list of pairs: the line on which a function begins, and one in it that is said to have run.
"""

import ast
import json
import sqlite3
import sys

Function = (ast.FunctionDef, ast.AsyncFunctionDef)
#: What may not raise: nobody would see it.
UNREFUSED = frozenset({"__del__"})


class Refuser(ast.NodeTransformer):
    """Puts the question behind the docstring of each function."""

    def __init__(self) -> None:
        self.functions = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """A plain function, and those in it."""
        self.generic_visit(node)
        if node.name not in UNREFUSED:
            self._ask(node)
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        """The same for a coroutine."""
        self.generic_visit(node)
        self._ask(node)
        return node

    def _ask(self, node: "ast.FunctionDef | ast.AsyncFunctionDef") -> None:
        self.functions += 1
        ask(node)


def ask(node: "ast.FunctionDef | ast.AsyncFunctionDef") -> None:
    """Adds the question to one function; it is known by the line of its ``def``."""
    question = ast.parse(f"__otg_refuse__({node.lineno})").body[0]
    place = 1 if ast.get_docstring(node, clean=False) is not None else 0
    node.body.insert(place, question)


def rewrite(path: str, output: str) -> int:
    """Writes the module with the questions in it, and answers how many there are."""
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    refuser = Refuser()
    text = ast.unparse(ast.fix_missing_locations(refuser.visit(tree)))
    with open(output, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return refuser.functions


def reached(path: str, data: str) -> "list[tuple[int, int]]":
    """The lines behind a question that are said to have run, each with what the question knows."""
    behind = {}
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            for place, statement in enumerate(node.body[:2]):
                line = asked(statement)
                if line is not None:
                    for inner in node.body[place + 1 :]:
                        span = range(inner.lineno, (inner.end_lineno or inner.lineno) + 1)
                        behind.update(dict.fromkeys(span, line))
    return sorted((behind[line], line) for line in lines_of(data) if line in behind)


def asked(statement: ast.stmt) -> "int | None":
    """The line that a question names."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "__otg_refuse__":
        return ast.literal_eval(call.args[0])  # type: ignore[no-any-return]
    return None


def lines_of(data: str) -> "set[int]":
    """Every line that is in the data."""
    database = sqlite3.connect(f"file:{data}?mode=ro", uri=True)
    try:
        rows = database.execute("select fromno, tono from arc").fetchall()
    finally:
        database.close()
    return {number for row in rows for number in row if number > 0}


def main(arguments: "list[str]") -> None:
    """Runs one of the two verbs."""
    verb, first, second = arguments
    try:
        print(json.dumps(rewrite(first, second) if verb == "rewrite" else reached(first, second)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        print(0)  # whoever loads such a module says it better
    except sqlite3.Error:
        print("[]")


if __name__ == "__main__":
    main(sys.argv[1:])
