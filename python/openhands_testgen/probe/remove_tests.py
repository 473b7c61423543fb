"""Takes functions out of a test file and leaves every other byte as it was.

Usage: ``python remove_tests.py FILE OUTPUT LINE...``

Each line is that of a ``def``. Decorators and comments right above go with it, and one of the blank
gaps around it; a class that is left with nothing goes too.
"""

import ast
import re
import sys

#: Lines at the top of a file that are no comment on a function: digest, shebang, coding.
HEAD_LINES = 2


class Cut:
    """Which lines go, and where ``pass`` must stand in."""

    def __init__(self, lines: set[int]) -> None:
        self._lines = lines
        self.ranges: list[tuple[int, int]] = []
        self.passes: dict[int, int] = {}

    def visit(self, body: list[ast.stmt], owner: ast.stmt | None) -> bool:
        """Cuts in one block; answers whether the owner goes as a whole."""
        gone: list[ast.stmt] = []
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if statement.lineno in self._lines:
                    gone.append(statement)
            elif isinstance(statement, ast.ClassDef):
                if self._empties(statement):
                    gone.append(statement)
            else:
                for block in blocks_of(statement):
                    self.visit(block, statement)
        if (
            gone
            and isinstance(owner, ast.ClassDef)
            and all(is_idle(s) for s in body if s not in gone)
        ):
            return True
        self.ranges.extend((first_line(node), last_line(node)) for node in gone)
        if gone and len(gone) == len(body) and owner is not None:
            self.passes[first_line(gone[0])] = gone[0].col_offset
        return False

    def _empties(self, node: ast.ClassDef) -> bool:
        before = len(self.ranges)
        emptied = self.visit(node.body, node)
        if emptied:
            del self.ranges[before:]
        return emptied


def is_idle(statement: ast.stmt) -> bool:
    """What a class may hold and still be empty."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass)


def first_line(node: ast.stmt) -> int:
    """The line of the first decorator."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def last_line(node: ast.stmt) -> int:
    """The last line of a statement."""
    return node.end_lineno or node.lineno


def without(source: bytes, lines: set[int]) -> bytes:
    """The file without the functions whose ``def`` stands on these lines."""
    cut = Cut(lines)
    cut.visit(ast.parse(source).body, None)
    text = [b"", *re.findall(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", source)]
    for first, last in sorted(cut.ranges, reverse=True):
        if first in cut.passes:
            text[first : last + 1] = [b" " * cut.passes[first] + b"pass\n"]
        else:
            begin, end = with_blanks(text, with_comments(text, first), last)
            del text[begin:end]
    result = b"".join(text)
    ast.parse(result)
    return result


def with_comments(text: list[bytes], first: int) -> int:
    """Comments right above a function belong to it, but never the head of the file."""
    indent = text[first][: len(text[first]) - len(text[first].lstrip())]
    while first > HEAD_LINES + 1 and text[first - 1].startswith(indent + b"#"):
        first -= 1
    return first


def with_blanks(text: list[bytes], first: int, last: int) -> tuple[int, int]:
    """One of the gaps around a function goes: that below, or at the end of a file that above."""
    end = last + 1
    while end < len(text) and not text[end].strip():
        end += 1
    if end == len(text):
        while first > 1 and not text[first - 1].strip():
            first -= 1
    return first, end


def blocks_of(statement: ast.AST) -> list[list[ast.stmt]]:
    """The bodies of an ``if``, ``try``, ``with``, loop or ``match``."""
    blocks = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    parts = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    blocks.extend(part.body for part in parts)
    return [block for block in blocks if block and isinstance(block[0], ast.stmt)]


def main(arguments: list[str]) -> None:
    """Writes the shortened file."""
    path, output, *lines = arguments
    with open(path, "rb") as file:
        source = file.read()
    with open(output, "wb") as file:
        file.write(without(source, {int(line) for line in lines}))


if __name__ == "__main__":
    main(sys.argv[1:])
