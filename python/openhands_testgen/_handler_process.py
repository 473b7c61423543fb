"""How does a plain function run in a process of its own? Found by its name, in a fresh interpreter."""

from __future__ import annotations

import inspect

from .exceptions import InvalidRequestError
from .handlers import Handler


def function_of(handler: Handler) -> str | None:
    """What a fresh interpreter needs to find a plain function; ``None`` for a coroutine function.

    Raises:
        InvalidRequestError: It is not callable, or cannot be found by its module and name.
    """
    if not callable(handler):
        raise InvalidRequestError(f"handler: must be a function, not {handler!r}")
    if inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(handler, "__call__", None)  # noqa: B004
    ):
        return None
    raise InvalidRequestError("handler: plain functions are to come")
