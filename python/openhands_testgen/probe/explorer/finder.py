"""Finds what of a module can be called: what is defined in its file."""

from __future__ import annotations

import dataclasses
import enum
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

from .names import Names
from .targets import (
    SELF,
    Code,
    Parameter,
    Target,
    constructor_target,
    facts_name,
    function_target,
    operator_targets,
    parameters_of,
)  # fmt: skip

Property = property | functools.cached_property[Any]


class TargetFinder:
    """Finds the targets of a module."""

    def __init__(self, module: types.ModuleType, path: str, names: Names) -> None:
        self._module = module
        self._path = path
        self._names = names
        self._seen: set[int] = set()
        self._private = False

    def find(self, private: bool = False) -> list[Target]:
        """Return all targets in the order of their lines; with `private` also `_helpers`."""
        self._private = private
        self._seen.clear()
        found: list[Target] = []
        for name, value in list(vars(self._module).items()):
            if (name.startswith("_") and not private) or name not in self._names.namespace:
                continue
            if id(value) in self._seen or self._names.namespace[name] is not value:
                continue
            found += self._targets(name, value)
        return sorted(found, key=self.line)

    def classes(self) -> list[type]:
        """Return the classes that the file defines and tests can name."""
        return [
            value
            for name, value in vars(self._module).items()
            if inspect.isclass(value) and self._is_here(value) and name in self._names.namespace
        ]

    def line(self, target: Target) -> int:
        """Return the line where the code of a target begins."""
        code = code_of(target.value)
        return code.co_firstlineno if code is not None else 0

    def _is_here(self, value: object) -> bool:
        return getattr(value, "__module__", None) == self._module.__name__

    def _is_written_here(self, value: object) -> bool:
        code = code_of(value)
        return code is not None and code.co_filename == self._path

    def _targets(self, name: str, value: object) -> Iterator[Target]:
        if inspect.isclass(value):
            if self._is_here(value) and value.__name__ == name:
                self._seen.add(id(value))
                yield from self._of_class(name, value)
        elif callable(value) and self._is_written_here(value):
            self._seen.add(id(value))
            yield function_target(name, name, value)

    def _of_class(self, name: str, owner: type) -> Iterator[Target]:
        if issubclass(owner, enum.Enum):
            member = Parameter("value", inspect.Parameter.POSITIONAL_OR_KEYWORD)
            yield Target(name, name, "member", f"{name}(", (member,), value=owner)
        elif not inspect.isabstract(owner) and not self._is_plain_exception(owner):
            yield constructor_target(name, owner)
        for attribute, raw in self._attributes(owner):
            yield from self._of_attribute(name, owner, attribute, raw)

    def _is_plain_exception(self, owner: type) -> bool:
        """Tell whether a class is an exception of which the module wrote no method."""
        if not issubclass(owner, BaseException):
            return False
        own = [vars(base) for base in owner.__mro__ if self._is_here(base)]
        return not any(code_of(value) for space in own for value in space.values())

    def _attributes(self, owner: type) -> Iterator[tuple[str, Any]]:
        """Yield own attributes, then those of private or abstract bases in the file."""
        seen: set[str] = set()
        for base in owner.__mro__:
            inherited = base is not owner
            hidden = base.__name__.startswith("_") or inspect.isabstract(base)
            if not self._is_here(base) or (inherited and not hidden):
                continue
            for name, raw in vars(base).items():
                if name not in seen:
                    seen.add(name)
                    yield name, raw

    def _of_attribute(
        self, name: str, owner: type, attribute: str, raw: object
    ) -> Iterator[Target]:
        qualified = f"{name}.{attribute}"
        if isinstance(raw, (property, functools.cached_property)):
            yield from self._of_property(qualified, owner, attribute, raw)
            return
        if inspect.isclass(raw) and not attribute.startswith("_") and self._is_here(raw):
            yield from self._of_class(qualified, raw)
            return
        inner = _implementation(raw)
        if inner is None or not self._is_written_here(inner) or self._is_hidden(attribute):
            return
        if isinstance(raw, (staticmethod, classmethod)):
            if not inspect.isabstract(owner) or isinstance(raw, staticmethod):
                yield function_target(qualified, facts_name(inner), getattr(owner, attribute))
        elif callable(raw) and _dunder(attribute):
            yield from operator_targets(qualified, owner, attribute, raw)
        elif callable(raw):
            yield dataclasses.replace(
                function_target(qualified, facts_name(inner), raw),
                kind="method",
                head=f"{SELF}.{attribute}(",
                parameters=parameters_of(raw, skip=1),
                owner=owner,
            )

    def _is_hidden(self, attribute: str) -> bool:
        if not attribute.startswith("_") or _dunder(attribute):
            return False
        return not self._private or attribute.startswith("__")

    def _of_property(
        self, qualified: str, owner: type, attribute: str, raw: Property
    ) -> Iterator[Target]:
        getter = raw.fget if isinstance(raw, property) else raw.func
        if attribute.startswith("_") or getter is None:
            return
        if self._is_written_here(getter):
            yield Target(
                qualified, facts_name(getter), "property", f"{SELF}.{attribute}",
                owner=owner, fixed=True, value=getter,
            )  # fmt: skip
        setter = raw.fset if isinstance(raw, property) else None
        if setter is not None and self._is_written_here(setter):
            yield Target(
                f"{qualified}.setter", facts_name(setter), "property",
                f"{SELF}.{attribute} = {{0}}", parameters_of(setter, skip=1),
                owner=owner, statement=True, fixed=True, value=setter,
            )  # fmt: skip


def _implementation(raw: object) -> Code | None:
    """Return the function behind what a class holds: without decorators, unbound."""
    if isinstance(raw, (staticmethod, classmethod)):
        return raw.__func__
    if not callable(raw):
        return None
    inner: Code | None = getattr(raw, "__func__", None)
    return inner or inspect.unwrap(raw)


def _dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def code_of(value: object) -> types.CodeType | None:
    """Return the code behind something callable, or behind the `__init__` of a class."""
    if isinstance(value, type):
        value = vars(value).get("__init__")
    try:
        value = inspect.unwrap(value) if callable(value) else value
    except ValueError:
        return None
    value = getattr(value, "__func__", value)
    code = getattr(value, "__code__", None)
    return code if isinstance(code, types.CodeType) else None
