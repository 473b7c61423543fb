"""With which arguments do the functions of a module call each other? Seen while it is explored.

They are good first guesses for functions that nothing says much about.
"""

from __future__ import annotations

import inspect
from types import CodeType, FrameType

from .literal import Literals

MAX_ROWS = 6
MAX_LOOKS = 40
MAX_TEXT = 90

Row = dict[str, str]
"""Source text by parameter."""


class Captures:
    """Keeps the arguments of some calls of each function, as source text."""

    def __init__(self, literals: Literals) -> None:
        self._literals = literals
        self._rows: dict[CodeType, list[Row]] = {}
        self._looks: dict[CodeType, int] = {}

    def note(self, frame: FrameType) -> None:
        """Look at a call that begins."""
        code = frame.f_code
        rows = self._rows.setdefault(code, [])
        looks = self._looks[code] = self._looks.get(code, 0) + 1
        if len(rows) >= MAX_ROWS or looks > MAX_LOOKS or not _is_plain(code):
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        row: Row = {}
        for name in names:
            text = None if name in ("self", "cls") else self._literals.write(frame.f_locals[name])
            if text is not None and len(text) <= MAX_TEXT:
                row[name] = text
        if row and row not in rows:
            rows.append(row)

    def rows(self, code: CodeType | None) -> list[Row]:
        """Return what calls of a function were seen."""
        return self._rows.get(code, []) if code is not None else []


def _is_plain(code: CodeType) -> bool:
    """Tell whether a code is that of a function with a name, whose arguments are as they came."""
    return not code.co_name.startswith("<") and bool(code.co_flags & inspect.CO_OPTIMIZED)
