"""One fault: where it is, what it changes, how it is told."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: How much of the source a description shows around a change, and of a long expression.
AROUND, WHOLE = 28, 48


@dataclass(frozen=True)
class Change:
    """Text that takes the place of `[start, end)`; `shown` is the expression around it."""

    operator: str
    start: int
    end: int
    text: str
    shown: tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """A change of one place of a module.

    Attributes:
        id: `LINE:COLUMN:OPERATOR`; unique, and the same for the same text.
        kind: which sort of fault.
        line: counted from 1.
        function: `__qualname__` of the function that is changed.
        description: one line for a reader.
    """

    id: str
    kind: str
    line: int
    function: str
    description: str
    change: Change

    def apply(self, text: str) -> str:
        """The text that this mutant was found in, with the fault."""
        return text[: self.change.start] + self.change.text + text[self.change.end :]


def describe(text: str, line: int, change: Change) -> str:
    """`line 12: a < b -> a <= b`."""
    first, last = change.shown
    before = _plain(text[first : change.start])
    after = _plain(text[change.end : last])
    before = before if len(before) <= AROUND else "…" + before[-AROUND:]
    after = after if len(after) <= AROUND else after[:AROUND] + "…"
    old, new = (_short(part) for part in (text[change.start : change.end], change.text))
    return f"line {line}: {(before + old + after).strip()} -> {(before + new + after).strip()}"


def _plain(text: str) -> str:
    """On one line, without comments."""
    return re.sub(r"(?:\s*#[^\r\n]*)?[\s\\]+", " ", text)


def _short(text: str) -> str:
    text = _plain(text)
    return text if len(text) <= WHOLE else f"{text[: WHOLE // 2]} … {text[-WHOLE // 2 :]}"
