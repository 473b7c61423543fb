"""Where in a text the nodes of its syntax tree stand."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right

LINE_END = re.compile(r"\r\n|\r|\n")
#: What may stand between two operands beside their operator.
BETWEEN = r"(?:[\s()\\]|#[^\r\n]*)*"


class SourceMap:
    """Counts in characters; the syntax tree counts in lines and UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(end.end() for end in LINE_END.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, node: ast.AST) -> tuple[int, int]:
        """From the first character of a node to behind its last."""
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        end_line, end_column = getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
        return self._offset(line, column), self._offset(end_line, end_column)

    def operator(self, left: ast.AST, right: ast.AST, symbol: str) -> tuple[int, int] | None:
        """Where the operator between two operands stands; its words may be some blanks apart."""
        words = r"\s+".join(re.escape(word) for word in symbol.split())
        start, end = self.span(left)[1], self.span(right)[0]
        found = re.compile(f"{BETWEEN}({words})").match(self.text, start, end)
        return found.span(1) if found else None

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        text = self.text[start : start + column]
        if not text.isascii():
            # No character takes less than a byte, so what is wanted lies within this slice.
            text = text.encode()[:column].decode()
        return start + len(text)
