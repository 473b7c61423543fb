"""Turns a value into the source text a colleague would write for it, or says that there is none."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import re
import types
import uuid
from collections.abc import Collection
from typing import Any

from .names import Names

UNSTABLE = re.compile(r"0x[0-9a-fA-F]{6,}|<[\w.]+ object at ")
COLLECTIONS = {list, tuple, set, frozenset}
MAX_TEXT = 700
MAX_ITEMS = 40
MAX_DEPTH = 6


class NoLiteralError(Exception):
    """The value has no source text that would mean the same tomorrow."""


class Literals:
    """Writes values as source text, with the names that the tests may use."""

    def __init__(self, names: Names, private_folders: tuple[str, ...] = ()) -> None:
        self._names = names
        self._private_folders = private_folders
        self.folder: pathlib.Path | None = None

    def write(self, value: object) -> str | None:
        """Return source text that evaluates to an equal value, or None."""
        try:
            text = self._write(value, 0)
        except (NoLiteralError, RecursionError):
            return None
        except Exception:  # a hostile __repr__, __eq__ or property of the project
            return None
        return text if len(text) <= MAX_TEXT else None

    def _write(self, value: object, depth: int) -> str:
        if depth > MAX_DEPTH:
            raise NoLiteralError
        if value is None or value is True or value is False or value is ...:
            return repr(value)
        kind = type(value)
        if kind in PLAIN:
            return str(PLAIN[kind](self, value))
        if isinstance(value, (list, tuple, set, frozenset)) and kind in COLLECTIONS:
            return self._collection(value, kind, depth)
        if isinstance(value, dict) and kind in DICTIONARIES:
            return self._dictionary(value, depth)
        if isinstance(value, enum.Enum):
            return self._member(value)
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            return self._name(value)
        if isinstance(value, pathlib.PurePath):
            return self._path(value)
        return self._object(value, depth)

    def _collection(self, value: Collection[object], kind: type, depth: int) -> str:
        if len(value) > MAX_ITEMS:
            raise NoLiteralError
        items = [self._write(item, depth + 1) for item in value]
        if kind is list:
            return f"[{', '.join(items)}]"
        if kind is tuple:
            return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        braces = f"{{{', '.join(sorted(items))}}}" if items else ""
        return (braces or "set()") if kind is set else f"frozenset({braces})"

    def _dictionary(self, value: dict[Any, Any], depth: int) -> str:
        if len(value) > MAX_ITEMS:
            raise NoLiteralError
        pairs = [
            f"{self._write(key, depth + 1)}: {self._write(item, depth + 1)}"
            for key, item in value.items()
        ]
        return f"{{{', '.join(pairs)}}}"

    def _text(self, value: object) -> str:
        text = repr(value)
        if UNSTABLE.search(text):
            raise NoLiteralError
        if self.folder is not None and str(self.folder) in text:
            return self._in_folder(value)
        if any(folder in text for folder in self._private_folders):
            raise NoLiteralError
        return text

    def _in_folder(self, value: object) -> str:
        prefix = str(self.folder)
        if isinstance(value, str) and value == prefix:
            return "str(tmp_path)"
        if isinstance(value, str) and value.startswith(prefix + "/"):
            return f"str(tmp_path / {value[len(prefix) + 1 :]!r})"
        raise NoLiteralError

    def _path(self, value: pathlib.PurePath) -> str:
        if self.folder is not None and str(self.folder) in str(value):
            if value == self.folder:
                return "tmp_path"
            return f"tmp_path / {str(value.relative_to(self.folder))!r}"
        if any(folder in str(value) for folder in self._private_folders):
            raise NoLiteralError
        name = "Path" if isinstance(value, pathlib.Path) else "PurePosixPath"
        return f"{name}({str(value)!r})"

    def _float(self, value: float) -> str:
        if math.isnan(value):
            raise NoLiteralError
        if math.isinf(value):
            return "float('inf')" if value > 0 else "float('-inf')"
        return repr(value).replace("e+", "e")

    def _member(self, value: enum.Enum) -> str:
        owner = self._name(type(value))
        if isinstance(value, enum.Flag) and value.name is None:
            return f"{owner}({value.value!r})"
        return f"{owner}.{value.name}"

    def _name(self, value: object) -> str:
        text = self._names.of(value)
        if text is None:
            raise NoLiteralError
        return text

    def _moment(self, value: object) -> str:
        text = repr(value)
        if "tzinfo" in text and "timezone.utc" not in text:
            raise NoLiteralError
        short = text.replace("datetime.", "")
        self._check(short, value)
        return short

    def _named(self, value: object) -> str:
        text = repr(value)
        self._check(text, value)
        return text

    def _check(self, text: str, value: object) -> None:
        """Refuse a text whose names mean something else to the tests."""
        try:
            again = self._names.evaluate(text)
        except Exception:
            raise NoLiteralError from None
        if type(again) is not type(value) or again != value:
            raise NoLiteralError

    def _object(self, value: object, depth: int) -> str:
        """Write a dataclass, a named tuple, or what repeats itself by its own `repr`."""
        if isinstance(value, (re.Pattern, re.Match)):
            raise NoLiteralError
        owner = self._name(type(value))
        if dataclasses.is_dataclass(value):
            parts = [
                f"{item.name}={self._write(getattr(value, item.name), depth + 1)}"
                for item in dataclasses.fields(value)
                if item.init
            ]
        elif isinstance(value, tuple) and hasattr(value, "_fields"):
            parts = [
                f"{n}={self._write(v, depth + 1)}"
                for n, v in zip(value._fields, value, strict=True)
            ]
        else:
            plain: Any = object
            if type(value).__eq__ is plain.__eq__ or type(value).__repr__ is plain.__repr__:
                raise NoLiteralError
            text = self._text(value)
            self._check(text, value)
            return text
        text = f"{owner}({', '.join(parts)})"
        self._check(text, value)
        return text


def _integer(literals: Literals, value: int) -> str:
    if abs(value) >= 10**60:
        raise NoLiteralError
    return repr(value)


PLAIN: dict[type, Any] = {
    int: _integer,
    float: Literals._float,
    complex: Literals._text,
    str: Literals._text,
    bytes: Literals._text,
    bytearray: Literals._text,
    range: Literals._text,
    slice: Literals._text,
    decimal.Decimal: Literals._named,
    fractions.Fraction: Literals._named,
    uuid.UUID: Literals._named,
    datetime.date: Literals._moment,
    datetime.datetime: Literals._moment,
    datetime.time: Literals._moment,
    datetime.timedelta: Literals._moment,
    datetime.timezone: Literals._moment,
}
DICTIONARIES = {dict, collections.OrderedDict, collections.defaultdict, collections.Counter}
