"""Which functions has a test file, under which names, and what is to be said of each?"""

import ast

from . import clock
from .assertions import REASONS, levels_of
from .relation import Relations
from .syntax import Function, blocks_of, functions_in, is_fixture


class Inventory:
    """The functions of a file and of its classes, under the names that pytest gives them."""

    def __init__(self, tree: ast.Module, module: str, helpers: "list[ast.Module]") -> None:
        everywhere = functions_in(tree)
        for helper in helpers:
            everywhere.extend(functions_in(helper))
        self._levels = levels_of(everywhere)
        self._relations = Relations(tree, module)
        self.functions: list[dict[str, object]] = []
        self.bases: dict[str, list[str]] = {}
        self._add_all(tree.body, "", None)

    def _add_all(self, body: "list[ast.stmt]", prefix: str, owner: "ast.ClassDef | None") -> None:
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._add(statement, prefix, owner)
            elif isinstance(statement, ast.ClassDef):
                name = prefix + statement.name
                self.bases[name] = [
                    base.id for base in statement.bases if isinstance(base, ast.Name)
                ]
                self._add_all(statement.body, name + "::", statement)
            else:
                for inner in blocks_of(statement):
                    self._add_all(inner, prefix, owner)

    def _idle(self, function: Function) -> "str | None":
        reason = REASONS.get(self._levels[id(function)])
        return clock.REASON if reason is None and clock.holds_today_only(function) else reason

    def _add(self, function: Function, prefix: str, owner: "ast.ClassDef | None") -> None:
        self.functions.append(
            {
                "name": prefix + function.name,
                "line": function.lineno,
                "idle": self._idle(function),
                "fixture": is_fixture(function),
                "relation": self._relations.of(function, owner),
            }
        )
