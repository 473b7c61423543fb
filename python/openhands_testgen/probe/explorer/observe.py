"""What can a test assert about a value, or about an object after a call?

A check is a boolean expression in which `@` stands for the value. Two runs agree when their checks
are equal.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import io
import itertools
import re
import types
from dataclasses import dataclass
from typing import Any

from .execute import Prefix
from .literal import UNSTABLE, Literals
from .names import Names

MAX_ATTRIBUTES = 4
MAX_MESSAGE = 120


@dataclass
class Observation:
    """Checks that hold for a value; weak ones say little about it."""

    checks: list[str]
    weak: bool = False


class Observer:
    """Looks at values the way a test would."""

    def __init__(self, names: Names, literals: Literals, root: str) -> None:
        self._names = names
        self._literals = literals
        self._root = root

    def value(self, value: object) -> Observation | None:
        """Return what to assert about a value, or None if nothing stable can be said."""
        if value is None or value is True or value is False:
            return Observation([f"@ is {value}"])
        if isinstance(value, Prefix):
            return self._prefix(value)
        text = self._literals.write(value)
        if text is not None:
            return Observation([self._equal(value, text)])
        if isinstance(value, float):
            return Observation(["math.isnan(@)"])
        if inspect.iscoroutine(value):
            value.close()
            return None
        return self._composite(value)

    def _equal(self, value: object, text: str) -> str:
        if _needs_tolerance(value):
            return f"@ == pytest.approx({text})"
        member = "." in text and _is_member(value)
        if member or isinstance(value, type) or inspect.isroutine(value):
            return f"@ is {text}"
        return f"@ == {text}"

    def _composite(self, value: object) -> Observation | None:
        if isinstance(value, (types.MethodType, types.FunctionType)):
            return Observation(["callable(@)"], weak=True)
        for kind, attribute in READABLE:
            if isinstance(value, kind):
                return self._through(value, attribute)
        if isinstance(value, BaseException):
            return self._through(value, None)
        if isinstance(value, collections.abc.Mapping):
            return self._as(value, "dict")
        if isinstance(value, (collections.abc.KeysView, collections.abc.ValuesView)):
            return self._as(value, "list")
        if isinstance(value, (collections.abc.Sequence, collections.abc.Set, collections.deque)):
            return self._as(value, "sorted" if isinstance(value, collections.abc.Set) else "list")
        return self._object(value)

    def _prefix(self, prefix: Prefix) -> Observation | None:
        text = self._literals.write(prefix.items)
        if text is None:
            return None
        if prefix.more:
            return Observation([f"list(islice(@, {len(prefix.items)})) == {text}"])
        return Observation([f"list(@) == {text}"])

    def _through(self, value: object, attribute: str | None) -> Observation | None:
        try:
            inner = str(value) if attribute is None else getattr(value, attribute)
            inner = inner() if callable(inner) else inner
        except Exception:
            return None
        text = self._literals.write(inner)
        if text is None:
            return None
        if attribute is None:
            return Observation([f"str(@) == {text}"])
        call = "()" if attribute in ("getvalue", "group") else ""
        return Observation([f"@.{attribute}{call} == {text}"])

    def _as(self, value: object, converter: str) -> Observation | None:
        try:
            inner = CONVERTERS[converter](value)
        except Exception:
            return None
        text = self._literals.write(inner)
        return None if text is None else Observation([f"{converter}(@) == {text}"])

    def _object(self, value: object) -> Observation | None:
        state = self.state(value)
        owner = self._names.of(type(value))
        if state:
            return Observation(
                [check.replace("$", "@", 1) for check in state.values()][:MAX_ATTRIBUTES]
            )
        return Observation([f"isinstance(@, {owner})"], weak=True) if owner else None

    def state(self, value: object) -> dict[str, str]:
        """Return checks about the public state of an object by name; `$` stands for the object."""
        found: dict[str, str] = {}
        for name in _public_attributes(value):
            try:
                inner = getattr(value, name)
            except Exception:
                continue
            if inspect.isroutine(inner):
                continue
            text = self._literals.write(inner)
            if text is not None:
                found[name] = self._stated(f"$.{name}", inner, text)
            elif isinstance(inner, collections.abc.Collection) and not isinstance(inner, str):
                self._add_collection(name, inner, found)
        self._add_content(value, found)
        if not found:
            self._add_texts(value, found)
        return found

    def _add_collection(self, name: str, value: Collected, found: dict[str, str]) -> None:
        """Add what a collection holds that has no source text itself."""
        ordered = not isinstance(value, collections.abc.Set) or hasattr(value, "__reversed__")
        for converter in ("dict",) if hasattr(value, "keys") else ("list",) if ordered else ():
            try:
                text = self._literals.write(CONVERTERS[converter](value))
            except Exception:
                continue
            if text is not None:
                found[name] = f"{converter}($.{name}) == {text}"

    def _stated(self, subject: str, value: object, text: str) -> str:
        if value is None or isinstance(value, bool):
            return f"{subject} is {value}"
        return self._equal(value, text).replace("@", subject, 1)

    def _add_content(self, value: object, found: dict[str, str]) -> None:
        if isinstance(value, (collections.abc.Iterator, io.IOBase)):
            return
        for converter, method in (("dict", "keys"), ("list", "__iter__"), ("len", "__len__")):
            if not hasattr(type(value), method):
                continue
            try:
                source: Any = value
                if converter == "list":
                    source = list(itertools.islice(source, 30))
                inner = CONVERTERS[converter](source)
            except Exception:
                continue
            text = self._literals.write(inner)
            if text is not None:
                found[f"{converter}()"] = f"{converter}($) == {text}"
                return

    def _add_texts(self, value: object, found: dict[str, str]) -> None:
        for method, plain in (("__str__", "str"), ("__repr__", "repr")):
            if not self._is_written(type(value), method):
                continue
            try:
                text = self._literals.write(str(value) if plain == "str" else repr(value))
            except Exception:
                continue
            if text is not None:
                found[plain] = f"{plain}($) == {text}"
                return

    def _is_written(self, kind: type, method: str) -> bool:
        """Tell whether the project itself wrote a method of a class."""
        code = getattr(getattr(kind, method, None), "__code__", None)
        return code is not None and str(code.co_filename).startswith(self._root)

    def message(self, error: BaseException) -> str:
        """Return the message of an exception if it is the same in every run, else an empty text."""
        try:
            text = str(error)
        except Exception:
            return ""
        if UNSTABLE.search(text) or "\n" in text or re.search(r"/[\w.-]+/[\w.-]+", text):
            return ""
        if re.search(r"\{('[^']*'|\d+)(, ('[^']*'|\d+))+\}", text):  # a set: its order may change
            return ""
        return text[:MAX_MESSAGE]


Collected = collections.abc.Collection[object]
CONVERTERS: dict[str, Any] = {"dict": dict, "list": list, "sorted": sorted, "len": len}
READABLE: tuple[tuple[Any, str], ...] = (
    (io.StringIO, "getvalue"),
    (io.BytesIO, "getvalue"),
    (re.Match, "group"),
    (re.Pattern, "pattern"),
)


def _needs_tolerance(value: object) -> bool:
    if isinstance(value, float):
        return value == value and abs(value) != float("inf") and not value.is_integer()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)) and value:
        numbers = all(isinstance(item, (int, float)) for item in value)
        return numbers and any(_needs_tolerance(item) for item in value)
    return False


def _is_member(value: object) -> bool:
    return hasattr(value, "name") and hasattr(type(value), "__members__")


def _public_attributes(value: object) -> list[str]:
    """Return data attributes and properties without underscore, in the order they are defined."""
    names: list[str] = []
    if dataclasses.is_dataclass(value):
        names += [item.name for item in dataclasses.fields(value)]
    names += list(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else list(slots)
        names += [
            name
            for name, raw in vars(kind).items()
            if isinstance(raw, property) or hasattr(type(raw), "__set__")
        ]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]
