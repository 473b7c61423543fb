"""Something that can be called, with its parameters and the way a test writes the call."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .checking import checkers_names
from .operators import ASYNC_WITH, OPERATORS

SELF = "\0"
"""Stands in a template for the object under test."""
Code = Callable[..., object]


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
    def is_option(self) -> bool:
        """May it be given by name, or left out?"""
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        return not self.required and self.kind in named

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
        name, facts_name, "function", f"{name}(", parameters_of(value), is_async=is_async,
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
        name, facts_name, "constructor", f"{name}(", parameters_of(owner), value=maker,
        value_type=owner,
    )  # fmt: skip


def operator_targets(qualified: str, owner: type, attribute: str, raw: Code) -> Iterator[Target]:
    """Yield the target for a method that Python calls behind the scenes, if tests can write it."""
    operator = OPERATORS.get(attribute)
    if operator is None:
        return
    parameters = parameters_of(raw, skip=1)
    if operator.body:
        body = Parameter("body", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = (body,)
    elif operator.template.endswith("("):
        yield Target(
            qualified, facts_name(raw), "operator", f"{SELF}(", parameters, owner=owner, value=raw
        )
        return
    needed = operator.template.count("{")
    if attribute == "__hash__":
        parameters = (Parameter("other", inspect.Parameter.POSITIONAL_OR_KEYWORD),)
    yield Target(
        qualified, facts_name(raw), "operator", operator.template.replace("@", SELF),
        parameters[:needed], owner=owner, statement=operator.statement, fixed=True, value=raw,
    )  # fmt: skip


def facts_name(value: Code) -> str:
    """Return the name under which the facts of a function are kept."""
    return str(getattr(inspect.unwrap(value), "__qualname__", "")).replace("<locals>.", "")


def parameters_of(value: Code, skip: int = 0) -> tuple[Parameter, ...]:
    """Return the parameters without the first `skip`; none if there is no signature."""
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
    function = inspect.unwrap(function)
    try:
        return typing.get_type_hints(function)
    except Exception:  # names that only exist for type checkers
        return _readable_hints(function)


def _readable_hints(function: Code) -> dict[str, Any]:
    """Return the annotations that can be read, one by one, with what is imported for type checkers
    only; names that are missing still mostly come from these two modules.
    """
    space = getattr(function, "__globals__", {})
    names = {**vars(typing), **vars(collections.abc), **checkers_names(space), **space}
    found = {}
    for name, annotation in getattr(function, "__annotations__", {}).items():
        try:
            found[name] = eval(annotation, names) if isinstance(annotation, str) else annotation
        except Exception:  # as good as no annotation
            continue
    return found


def _default(value: object) -> str | None:
    if isinstance(value, (bool, int, float, str, bytes, type(None), tuple)):
        return repr(value)
    return None
