"""What of a module can be called: functions, classes, methods, properties and operators defined in
its file.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .names import Names
from .operators import ASYNC_WITH, OPERATORS

SELF = "\0"
"""Stands in a template for the object under test."""


Code = Callable[..., object]
Property = property | functools.cached_property[Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter of something callable."""

    name: str
    kind: Any
    annotation: Any = inspect.Parameter.empty
    default: str | None = None
    """The default as source text, None if there is no simple one."""
    required: bool = True

    @property
    def is_keyword_only(self) -> bool:
        """Must it be given by name?"""
        return bool(self.kind is inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Target:
    """Something to call."""

    name: str
    """Qualified name, such as `Account.withdraw`."""
    facts_name: str
    """Where the facts about its code are kept."""
    kind: str
    """function, constructor, method, property, operator or member."""
    head: str
    """What stands before the arguments; SELF marks the object under test."""
    parameters: tuple[Parameter, ...] = ()
    owner: type | None = None
    """The class whose instance is needed."""
    is_async: bool = False
    wrapper: str = "@"
    """What goes around the call, `@` standing for it."""
    statement: bool = False
    fixed: bool = False
    """The head is the whole template: arguments already have their places."""
    value: Any = field(default=None, compare=False, repr=False)
    value_type: type | None = None
    """The class that a constructor makes instances of."""


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
        found: list[Target] = []
        for name, value in list(vars(self._module).items()):
            if (name.startswith("_") and not private) or name not in self._names.namespace:
                continue
            if id(value) in self._seen or self._names.namespace[name] is not value:
                continue
            found += self._targets(name, value)
        return sorted(found, key=self._line)

    def classes(self) -> list[type]:
        """Return the classes that the file defines and tests can name."""
        return [
            value
            for name, value in vars(self._module).items()
            if inspect.isclass(value) and self._is_here(value) and name in self._names.namespace
        ]

    def _line(self, target: Target) -> int:
        code = _code(target.value)
        return code.co_firstlineno if code is not None else 0

    def _is_here(self, value: object) -> bool:
        return getattr(value, "__module__", None) == self._module.__name__

    def _is_written_here(self, value: object) -> bool:
        code = _code(value)
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
        return not any(_code(value) for space in own for value in space.values())

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
                yield function_target(qualified, _facts_name(inner), getattr(owner, attribute))
        elif callable(raw) and _dunder(attribute):
            yield from _operator_targets(qualified, owner, attribute, raw)
        elif callable(raw):
            yield dataclasses.replace(
                function_target(qualified, _facts_name(inner), raw),
                kind="method",
                head=f"{SELF}.{attribute}(",
                parameters=_parameters(raw, skip=1),
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
                qualified, _facts_name(getter), "property", f"{SELF}.{attribute}",
                owner=owner, fixed=True, value=getter,
            )  # fmt: skip
        setter = raw.fset if isinstance(raw, property) else None
        if setter is not None and self._is_written_here(setter):
            yield Target(
                f"{qualified}.setter", _facts_name(setter), "property",
                f"{SELF}.{attribute} = {{0}}", _parameters(setter, skip=1),
                owner=owner, statement=True, fixed=True, value=setter,
            )  # fmt: skip


def function_target(name: str, facts_name: str, value: Code) -> Target:
    """Return the target for a function, a static or a class method, named as tests call it."""
    inner = inspect.unwrap(value)
    inner = getattr(inner, "__func__", inner)
    is_async = inspect.iscoroutinefunction(inner)
    wrapper = "asyncio.run(@)" if is_async else "@"
    manager = _code_file(value).endswith("contextlib.py")
    if inspect.isasyncgenfunction(inner):
        wrapper = ASYNC_WITH if manager else "asyncio.run(collect(@))"
    elif inspect.isgeneratorfunction(inner) and manager:
        wrapper = "with @ as entered:\n    {body}"
    return Target(
        name, facts_name, "function", f"{name}(", _parameters(value), is_async=is_async,
        wrapper=wrapper.replace("{0}", "{body}"), statement="{" in wrapper, value=inner,
    )  # fmt: skip


def _code_file(value: object) -> str:
    value = getattr(value, "__func__", value)
    return str(getattr(getattr(value, "__code__", None), "co_filename", ""))


def constructor_target(name: str, owner: type) -> Target:
    """Return the target that makes an instance."""
    maker = owner.__init__ if "__init__" in vars(owner) else owner  # type: ignore[misc]
    facts_name = f"{owner.__qualname__}.__init__"
    return Target(
        name, facts_name, "constructor", f"{name}(", _parameters(owner), value=maker,
        value_type=owner,
    )  # fmt: skip


def _operator_targets(qualified: str, owner: type, attribute: str, raw: Code) -> Iterator[Target]:
    operator = OPERATORS.get(attribute)
    if operator is None:
        return
    parameters = _parameters(raw, skip=1)
    if operator.body:
        body = Parameter("body", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = (body,)
    elif operator.template.endswith("("):
        yield Target(
            qualified, _facts_name(raw), "operator", f"{SELF}(", parameters, owner=owner, value=raw
        )
        return
    needed = operator.template.count("{")
    if attribute == "__hash__":
        parameters = (Parameter("other", inspect.Parameter.POSITIONAL_OR_KEYWORD),)
    yield Target(
        qualified, _facts_name(raw), "operator", operator.template.replace("@", SELF),
        parameters[:needed], owner=owner, statement=operator.statement, fixed=True, value=raw,
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


def _facts_name(value: Code) -> str:
    return str(getattr(inspect.unwrap(value), "__qualname__", "")).replace("<locals>.", "")


def _code(value: object) -> types.CodeType | None:
    if isinstance(value, type):
        value = vars(value).get("__init__")
    try:
        value = inspect.unwrap(value) if callable(value) else value
    except ValueError:
        return None
    value = getattr(value, "__func__", value)
    code = getattr(value, "__code__", None)
    return code if isinstance(code, types.CodeType) else None


def _parameters(value: Code, skip: int = 0) -> tuple[Parameter, ...]:
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):
        return ()
    hints = _hints(value)
    found = []
    for parameter in list(signature.parameters.values())[skip:]:
        optional = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        found.append(
            Parameter(
                parameter.name,
                parameter.kind,
                hints.get(parameter.name, parameter.annotation),
                _default(parameter.default),
                parameter.default is parameter.empty and not optional,
            )
        )
    return tuple(found)


def _hints(value: Code) -> dict[str, Any]:
    function = value.__init__ if inspect.isclass(value) and "__init__" in vars(value) else value
    try:
        return typing.get_type_hints(inspect.unwrap(function))
    except Exception:  # names that only exist for type checkers
        return {}


def _default(value: object) -> str | None:
    if isinstance(value, (bool, int, float, str, bytes, type(None), tuple)):
        return repr(value)
    return None
