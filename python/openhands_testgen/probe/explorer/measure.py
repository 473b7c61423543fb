"""How much of the module do arcs cover? Close to what coverage.py says, without needing it.

A line counts when a statement starts there; a branch is one way out of an `if`, `while`, `for` or
`case`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .trace import Arc

PRAGMA = re.compile(r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)")


@dataclass(frozen=True)
class Figures:
    """Covered and total lines and branches."""

    covered_lines: int
    total_lines: int
    covered_branches: int
    total_branches: int

    @property
    def percent(self) -> float:
        """Lines and branches together, as a reader of coverage.py expects it."""
        total = self.total_lines + self.total_branches
        return 100.0 * (self.covered_lines + self.covered_branches) / total if total else 100.0


@dataclass
class Layout:
    """Which lines count, which of them branch, and where each function begins and ends."""

    lines: set[int] = field(default_factory=set)
    branches: set[int] = field(default_factory=set)
    functions: dict[str, tuple[int, int]] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.Module, text: str) -> Layout:
        """Read the layout off a syntax tree."""
        layout = cls()
        excluded = {
            number for number, line in enumerate(text.splitlines(), 1) if PRAGMA.search(line)
        }
        layout._visit(tree.body, "", excluded)
        return layout

    def _visit(self, body: list[ast.stmt], prefix: str, excluded: set[int]) -> None:
        for position, node in enumerate(body):
            if node.lineno in excluded or _is_docstring(node, position):
                continue
            self.lines.add(node.lineno)
            for line in range(node.lineno + 1, _header_end(node) + 1):
                self.first[line] = node.lineno
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}{node.name}"
                if not isinstance(node, ast.ClassDef):
                    self.functions[name] = (node.lineno, node.end_lineno or node.lineno)
                self._visit(node.body, f"{name}.", excluded)
                continue
            if _branches(node):
                self.branches.add(node.lineno)
            for inner in _blocks(node):
                self._visit(inner, prefix, excluded)
            if isinstance(node, ast.Match):
                self._visit_cases(node, prefix, excluded)

    def _visit_cases(self, node: ast.Match, prefix: str, excluded: set[int]) -> None:
        for case in node.cases:
            line = case.pattern.lineno
            self.lines.add(line)
            if not isinstance(case.pattern, ast.MatchAs) or case.pattern.pattern is not None:
                self.branches.add(line)
            self._visit(case.body, prefix, excluded)

    def figures(self, arcs: Iterable[Arc]) -> Figures:
        """Count what the arcs cover."""
        seen: set[int] = set()
        exits: dict[int, set[int]] = {}
        for raw_start, raw_end in arcs:
            start, end = self.first.get(raw_start, raw_start), self.first.get(raw_end, raw_end)
            seen.add(end)
            if start in self.branches and start != end:
                exits.setdefault(start, set()).add(end)
        covered = sum(min(2, len(ends)) for ends in exits.values())
        return Figures(len(seen & self.lines), len(self.lines), covered, 2 * len(self.branches))

    def items(self, arcs: Iterable[Arc]) -> frozenset[Arc]:
        """Return what of the arcs counts: `(0, line)` for lines, `(line, next)` for branches."""
        found: set[Arc] = set()
        for raw_start, raw_end in arcs:
            start, end = self.first.get(raw_start, raw_start), self.first.get(raw_end, raw_end)
            if end in self.lines:
                found.add((0, end))
            if start in self.branches and start != end:
                found.add((start, end))
        return frozenset(found)

    def missing(self, arcs: Iterable[Arc]) -> list[int]:
        """Return the lines that no arc reaches, in order."""
        return sorted(self.lines - {self.first.get(end, end) for _, end in arcs})


def _header_end(node: ast.stmt) -> int:
    """Return the last line before the body of a compound statement, or of a simple one its last."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return int(body[0].lineno) - 1
    if isinstance(node, ast.Match):
        return node.cases[0].pattern.lineno - 1
    return node.end_lineno or node.lineno


def _branches(node: ast.stmt) -> bool:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return True
    return isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, ast.Constant)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(node, "handlers", []):
        yield handler.body


def _is_docstring(node: ast.stmt, position: int) -> bool:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
        return False
    return position == 0 or isinstance(node.value.value, str)
