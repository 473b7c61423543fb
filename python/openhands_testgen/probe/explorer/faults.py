"""The faults of the mutator, ready to be planted in the module that this process has imported.

A fault in a function is planted by exchanging the code of the living function, so that every object
and every import of it sees the change. What ran while the module was imported has to run again:
such a module is executed anew.
"""

from __future__ import annotations

import ast
import gc
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..mutator import Mutant, find_mutants, sample

MAX_FAULTS = 400


@dataclass(frozen=True)
class Fault:
    """One small change of the module."""

    id: str
    line: int
    mutant: Mutant
    at_import: bool
    """Its line ran while the module was imported."""


@dataclass(frozen=True)
class Planted:
    """A fault in its place."""

    space: dict[str, Any]
    """Names that tests have to see instead of the old ones."""
    remove: Callable[[], object]


Exchanged = list[tuple[types.FunctionType, types.CodeType]]
"""Functions and the code that they had."""


class Nursery:
    """Finds the faults of a module, and plants them."""

    def __init__(self, module: types.ModuleType, text: str, path: str) -> None:
        self._module = module
        self._text = text
        self._path = path
        self._parts = _parts(text)
        self._functions: list[types.FunctionType] = []

    def faults(self, imported: set[int], seed: int) -> list[Fault]:
        """Return faults spread over the module; `imported` are the lines that importing ran."""
        try:
            found = find_mutants(self._text)
        except (SyntaxError, ValueError, RecursionError):
            return []
        # Not in a child: the search touches every object, and so would copy them all.
        self._functions = _functions(self._path)
        return [
            Fault(mutant.id, mutant.line, mutant, mutant.line in imported)
            for mutant in sample(found, MAX_FAULTS, seed)
        ]

    def plant(self, fault: Fault) -> Planted | None:
        """Change the module; None if this fault cannot be planted in it.

        What running a changed module raises goes through.
        """
        text = fault.mutant.apply(self._text)
        _clear_caches(self._module)
        if fault.at_import:
            return self.run_again(text)
        old = self._exchange(text, fault.line)
        return Planted({}, lambda: _give_back(old)) if old else None

    def run_again(self, text: str | None = None) -> Planted:
        """Execute the module anew, with another text if there is one."""
        old = self._module
        new = types.ModuleType(old.__name__)
        for name in ("__file__", "__package__", "__path__", "__spec__", "__loader__"):
            if hasattr(old, name):
                setattr(new, name, getattr(old, name))
        sys.modules[old.__name__] = new
        try:
            exec(compile(text or self._text, self._path, "exec", dont_inherit=True), vars(new))
        except BaseException:
            sys.modules[old.__name__] = old
            raise
        return Planted(dict(vars(new)), lambda: sys.modules.update({old.__name__: old}))

    def _exchange(self, text: str, line: int) -> Exchanged:
        """Give the functions that a changed line belongs to their changed code."""
        span = next(((first, last) for first, last in self._parts if first <= line <= last), None)
        if span is None:
            return []
        try:
            pairs = list(_pairs(self._compiled(self._text, span), self._compiled(text, span)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        changed = {_key(old): new for old, new in pairs if old != new}
        done = []
        for function in self._functions:
            code = changed.get(_key(function.__code__))
            if code is not None and len(code.co_freevars) == len(function.__code__.co_freevars):
                done.append((function, function.__code__))
                function.__code__ = code
        return done

    def _compiled(self, text: str, span: tuple[int, int]) -> types.CodeType:
        """Compile one statement of the module, at its lines."""
        first, last = span
        lines = text.split("\n")[first - 1 : last]
        padded = "\n" * (first - 1) + "\n".join(lines) + "\n"
        # What `from __future__ import annotations` leaves in a module.
        flags: int = getattr(getattr(self._module, "annotations", None), "compiler_flag", 0)
        code: types.CodeType = compile(padded, self._path, "exec", flags, dont_inherit=True)
        return code


def _give_back(exchanged: Exchanged) -> None:
    for function, code in exchanged:
        function.__code__ = code


def _parts(text: str) -> list[tuple[int, int]]:
    """Return the first and last line of each statement of a module, decorators with it."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for node in body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        found.append((first, node.end_lineno or node.lineno))
    return found


def _pairs(old: types.CodeType, new: types.CodeType) -> Iterator[tuple[Any, Any]]:
    """Yield the codes of two trees of the same shape, side by side."""
    yield old, new
    inner = [[each for each in code.co_consts if isinstance(each, types.CodeType)]
             for code in (old, new)]  # fmt: skip
    if [each.co_name for each in inner[0]] == [each.co_name for each in inner[1]]:
        for before, after in zip(*inner, strict=True):
            yield from _pairs(before, after)


def _key(code: types.CodeType) -> tuple[object, ...]:
    """Return what tells a code from the others of its file; its bytes vary."""
    return code.co_name, code.co_firstlineno, code.co_varnames, code.co_names, code.co_freevars


def _functions(path: str) -> list[types.FunctionType]:
    """Return all living functions that were written in a file."""
    return [
        each
        for each in gc.get_objects()
        if type(each) is types.FunctionType and each.__code__.co_filename == path
    ]


def _clear_caches(module: types.ModuleType) -> None:
    """Make cached functions of a module work again."""
    spaces: list[Any] = [
        module,
        *(each for each in vars(module).values() if isinstance(each, type)),
    ]
    for space in spaces:
        for value in list(vars(space).values()):
            clear = getattr(value, "cache_clear", None)
            if callable(clear) and hasattr(value, "__wrapped__"):
                clear()
