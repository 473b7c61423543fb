"""Which handlers does a module of the user's have? What ``worker --handlers`` loads."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TypeAlias

from ._handler_process import function_of
from .handlers import Handler, describe

Found: TypeAlias = tuple[str, Handler, tuple[list[str], str] | None]
"""A kind, its handler, and what finds that in a process of its own."""


def load(name: str, folder: str | os.PathLike[str]) -> list[Found]:
    """The handlers that a module marks, or imports from where they are marked, in order.

    Args:
        name: The module, such as ``jobs.reports``.
        folder: Where it is looked for before all else.

    Raises:
        LookupError: There is no such module, or nothing in it is marked; or a kind twice.
    """
    place = os.fspath(folder)
    if place not in sys.path:
        sys.path.insert(0, place)
    if not all(word.isidentifier() for word in name.split(".")):
        raise LookupError(f"{name}: is no name of a module, such as jobs.reports")
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        message = f"{name}: there is no module {error.name}, neither installed nor in {place}"
        raise LookupError(message) from error
    except LookupError as error:  # the module's own, and none of ours
        raise ImportError(describe(error)) from error
    marked: dict[str, Handler] = {}
    for value in vars(module).values():
        kind = getattr(value, "__testgen_kind__", None)
        if not isinstance(kind, str) or not callable(value):
            continue
        if marked.setdefault(kind, value) is not value:
            raise LookupError(f"{name}: kind {kind!r} has two handlers: mark one")
    if not marked:
        message = f"{name}: marks no handler: put `@openhands_testgen.handler(KIND)` above one"
        raise LookupError(message)
    return [(kind, handler, function_of(handler)) for kind, handler in marked.items()]
