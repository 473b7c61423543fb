"""Records which lines of the module under test run after which: its arcs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

Arc = tuple[int, int]
LocalTracer = Callable[[FrameType, str, Any], Any]


class Tracer:
    """Collects arcs `(from line, to line)` of one file.

    Entering a function is `(-first line, line)`.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._ours: dict[CodeType, bool] = {}
        self.arcs: set[Arc] = set()
        self.entered: Callable[[FrameType], None] = lambda frame: None
        """Sees each call of a function of the file as it begins."""

    def start(self) -> None:
        """Trace this thread from here on."""
        sys.settrace(self._enter)

    def stop(self) -> None:
        """Stop tracing; what was seen stays in `arcs`."""
        sys.settrace(None)

    def take(self) -> frozenset[Arc]:
        """Return the arcs seen since the last call, and forget them."""
        seen = frozenset(self.arcs)
        self.arcs.clear()
        return seen

    def _enter(self, frame: FrameType, event: str, argument: object) -> LocalTracer | None:
        code = frame.f_code
        ours = self._ours.get(code)
        if ours is None:
            ours = self._ours[code] = code.co_filename == self._path
        if not ours:
            return None
        if frame.f_lasti <= 0 or frame.f_lineno == code.co_firstlineno:
            self.entered(frame)
        return self._follow(frame)

    def _follow(self, frame: FrameType) -> LocalTracer:
        add = self.arcs.add
        first = frame.f_code.co_firstlineno
        resumed = frame.f_lineno is not None and frame.f_lineno > first and frame.f_lasti > 4
        last = frame.f_lineno if resumed else -first

        def local(frame: FrameType, event: str, argument: object) -> LocalTracer:
            nonlocal last
            if event == "line":
                line = frame.f_lineno
                add((last, line))
                last = line
            elif event == "return":
                add((last, -first))
            return local

        return local
