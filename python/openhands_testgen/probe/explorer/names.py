"""Which names may a test use, and where does each come from?"""

from __future__ import annotations

import ast
import asyncio
import builtins
import collections
import copy
import datetime
import decimal
import fractions
import functools
import inspect
import io
import itertools
import math
import operator
import os
import pathlib
import pickle
import re
import sys
import types
import unittest.mock
import uuid
from functools import cache
from typing import Any

STANDARD: dict[str, tuple[str, str | None]] = {
    "asyncio": ("asyncio", None),
    "copy": ("copy", None),
    "os": ("os", None),
    "pickle": ("pickle", None),
    "io": ("io", None),
    "itertools": ("itertools", None),
    "math": ("math", None),
    "operator": ("operator", None),
    "re": ("re", None),
    "islice": ("itertools", "islice"),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "time": ("datetime", "time"),
    "timedelta": ("datetime", "timedelta"),
    "timezone": ("datetime", "timezone"),
    "Decimal": ("decimal", "Decimal"),
    "Fraction": ("fractions", "Fraction"),
    "Path": ("pathlib", "Path"),
    "PurePosixPath": ("pathlib", "PurePosixPath"),
    "UUID": ("uuid", "UUID"),
    "SimpleNamespace": ("types", "SimpleNamespace"),
    "MappingProxyType": ("types", "MappingProxyType"),
    "Mock": ("unittest.mock", "Mock"),
    "AsyncMock": ("unittest.mock", "AsyncMock"),
    "Counter": ("collections", "Counter"),
    "OrderedDict": ("collections", "OrderedDict"),
    "defaultdict": ("collections", "defaultdict"),
    "deque": ("collections", "deque"),
    "partial": ("functools", "partial"),
}
MODULES: dict[str, Any] = {
    module.__name__: module
    for module in (
        asyncio, copy, io, math, operator, os, pickle, re, itertools, datetime, decimal, fractions,
        pathlib, uuid, types, unittest.mock, collections, functools,
    )
}  # fmt: skip
RESERVED = {"pytest", "tmp_path", "scenario", "result", "expected", "raised"}


class Names:
    """The namespace of the tests: the module's own public names, then the standard library's."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self.origin: dict[str, tuple[str, str | None]] = {}
        self.namespace: dict[str, Any] = {}
        for name, origin in STANDARD.items():
            owner = MODULES[origin[0]]
            self._set(name, origin, owner if origin[1] is None else getattr(owner, origin[1]))
        for name, value in sorted(vars(module).items()):
            if self._is_own(name, value):
                self._set(name, (module.__name__, name), value)
            elif self._is_foreign_module(name, value):
                self._set(name, (value.__name__, None), value)

    def _is_own(self, name: str, value: object) -> bool:
        if name.startswith("__") or name in RESERVED or hasattr(builtins, name):
            return False
        if isinstance(value, types.ModuleType):
            return False
        if inspect.isclass(value) or inspect.isfunction(value):
            return getattr(value, "__module__", None) == self._module.__name__
        if name in STANDARD and value is self.namespace.get(name):
            return False
        return name.isidentifier()

    def _is_foreign_module(self, name: str, value: object) -> bool:
        """Tell whether a name is that of a module which examples may speak of, such as `np`."""
        if not isinstance(value, types.ModuleType) or name.startswith("_"):
            return False
        return name not in self.namespace and sys.modules.get(value.__name__) is value

    def _set(self, name: str, origin: tuple[str, str | None], value: object) -> None:
        self.origin[name] = origin
        self.namespace[name] = value

    def own(self, space: dict[str, Any]) -> dict[str, Any]:
        """Return what of the space of a module run anew stands for names of the module."""
        wanted = self._module.__name__
        return {
            name: space[name]
            for name, (owner, part) in self.origin.items()
            if owner == wanted and part == name and name in space
        }

    def of(self, value: object) -> str | None:
        """Return how a test may write this class or function, or None if it cannot."""
        name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
        owner = getattr(value, "__module__", None)
        if not isinstance(name, str) or not isinstance(owner, str) or "<" in name:
            return None
        if owner == "builtins" and getattr(builtins, name, None) is value:
            return name
        if self.namespace.get(owner) is sys.modules.get(owner, 0) and hasattr(
            self.namespace[owner], name
        ):
            return f"{owner}.{name}"
        head, _, rest = name.partition(".")
        if head not in self.namespace and head not in RESERVED:
            self._adopt(head, owner)
        if head not in self.namespace:
            return None
        found = self.namespace[head]
        for part in rest.split(".") if rest else ():
            found = getattr(found, part, None)
        return name if found is value else None

    def _adopt(self, name: str, owner: str) -> None:
        """Take a public name of another loaded module, such as a parameter's class."""
        module = sys.modules.get(owner)
        if module is None or owner.startswith(("__main__", "_")) or name.startswith("_"):
            return
        if hasattr(module, name) and not hasattr(builtins, name):
            self._set(name, (public_home(owner, name), name), getattr(module, name))

    def evaluate(self, text: str) -> object:
        """Evaluate an expression in a copy of the namespace; whatever it raises goes through."""
        return eval(text, dict(self.namespace))  # the sandbox is built for running such text

    def value_of(self, text: str) -> object:
        """Return the value of an expression, None if it has none."""
        try:
            return self.evaluate(text)
        except Exception:
            return None

    def used_by(self, texts: list[str]) -> dict[str, tuple[str, str | None]]:
        """Return the origin of each name that the texts use."""
        found: set[str] = set()
        for text in texts:
            tree = ast.parse(text)
            found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        return {name: self.origin[name] for name in sorted(found) if name in self.origin}


def public_home(owner: str, name: str) -> str:
    """Return the module to import a name from: the nearest parent package that offers it, if
    private.
    """
    if not any(part.startswith("_") for part in owner.split(".")):
        return owner
    value = getattr(sys.modules[owner], name)
    parts = owner.split(".")
    for length in range(1, len(parts)):
        parent = ".".join(parts[:length])
        if any(part.startswith("_") for part in parts[:length]):
            break
        if getattr(sys.modules.get(parent), name, None) is value:
            return parent
    return owner


@cache
def snake_case(name: str) -> str:
    """Return `CamelCase` as `camel_case`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.strip("_"))
    return re.sub(r"\W+", "_", text).lower()


def is_standard(module_name: str) -> bool:
    """Tell whether a top-level module belongs to the standard library."""
    return module_name.partition(".")[0] in sys.stdlib_module_names
