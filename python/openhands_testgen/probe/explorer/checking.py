"""Which names does a module import for type checkers only?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any


def checkers_names(space: dict[str, Any]) -> dict[str, Any]:
    """Return what is imported under `if TYPE_CHECKING:` in the module of a namespace, without what
    cannot be imported.
    """
    file = space.get("__file__")
    if not isinstance(file, str):
        return {}
    return dict(_imported(file, str(space.get("__name__")), space.get("__package__")))


@cache
def _imported(file: str, name: str, package: str | None) -> dict[str, Any]:
    try:
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    space: dict[str, Any] = {"__name__": name, "__package__": package}
    for statement in _statements(tree):
        try:
            exec(compile(ast.Module([statement], []), file, "exec"), space)
        except Exception:  # a stub, or a package that is not installed
            continue
    return {key: value for key, value in space.items() if not key.startswith("__")}


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if isinstance(node, ast.If) and _is_for_checkers(node.test):
            yield from (each for each in node.body if isinstance(each, ast.Import | ast.ImportFrom))


def _is_for_checkers(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING")
