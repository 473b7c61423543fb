"""The head of a test file: its docstring, and the imports that its body needs, in order."""

from __future__ import annotations

import ast
import sys

from .layout import WIDTH

Origin = tuple[str, str | None]
"""The module that a name comes from, and the name there; None if it is the module itself."""
WELL_KNOWN: dict[str, Origin] = {
    "pytest": ("pytest", None),
    "re": ("re", None),
    "asyncio": ("asyncio", None),
    "math": ("math", None),
    "islice": ("itertools", "islice"),
}
"""Names that the writer itself uses."""


def heading(
    module_name: str, not_covered: tuple[str, ...], body: str, names: dict[str, Origin]
) -> str:
    """Return the head of a file; `names` are those that its tests may use."""
    opening = [f'"""Tests of {module_name}."""']
    if not_covered:
        spoken = _wrapped("Not covered: " + "; ".join(not_covered) + ".")
        opening = [f'"""Tests of {module_name}.', "", *spoken, '"""']
    return "\n".join([*opening, "", *_imports(body, names, module_name.partition(".")[0])])


def _imports(body: str, names: dict[str, Origin], package: str) -> list[str]:
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    wanted = {name: origin for name, origin in (WELL_KNOWN | names).items() if name in used}
    lines: list[str] = []
    for rank in (0, 1, 2):
        section = {name: o for name, o in wanted.items() if _rank(o[0], package) == rank}
        if section:
            lines += [*([""] if lines else []), *_section(section)]
    return lines


def _rank(module: str, package: str) -> int:
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return 0
    return 2 if top == package else 1


def _section(wanted: dict[str, Origin]) -> list[str]:
    modules = sorted((owner, name) for name, (owner, part) in wanted.items() if part is None)
    lines = [f"import {owner}{_alias(owner, name)}" for owner, name in modules]
    parts: dict[str, list[str]] = {}
    for name, (owner, part) in wanted.items():
        if part is not None:
            parts.setdefault(owner, []).append(name)
    for owner in sorted(parts):
        names = sorted(parts[owner], key=_order)
        line = f"from {owner} import {', '.join(names)}"
        if len(line) > WIDTH:
            lines += [f"from {owner} import (", *(f"    {name}," for name in names), ")"]
        else:
            lines.append(line)
    return lines


def _alias(owner: str, name: str) -> str:
    return "" if owner == name else f" as {name}"


def _order(name: str) -> tuple[int, str, str]:
    """Return the place of a name in an import: constants, classes, others; by letters, not case."""
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return rank, name.lower(), name


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]
