"""Imports the module under test under trace, and says clearly why it cannot be imported."""

from __future__ import annotations

import importlib
import keyword
import os
import signal
import sys
import traceback
from types import FrameType, ModuleType

from .guard import Guard
from .request import InvalidModuleError, Request
from .trace import Arc, Tracer


class ImportTooSlow(BaseException):
    """The import did not end in time."""


def load_module(
    request: Request, tracer: Tracer, guard: Guard
) -> tuple[ModuleType, frozenset[Arc]]:
    """Import the module; return it with the arcs that importing alone covers.

    Raises:
        InvalidModuleError: with the sentence for the user.
    """
    _check_name(request)
    sys.path.insert(0, str(request.root))
    owner = os.getpid()
    tracer.start()
    guard.active = True
    try:
        signal.signal(signal.SIGALRM, _too_slow)
        signal.setitimer(signal.ITIMER_REAL, request.import_seconds, 0.2)
        module = importlib.import_module(request.module_name)
    except ImportTooSlow:
        raise InvalidModuleError(too_slow(request)) from None
    except SystemExit as error:
        raise InvalidModuleError(
            f"importing it ends the interpreter (SystemExit: {error.code}): move the call"
            ' under `if __name__ == "__main__":`.'
        ) from None
    except ModuleNotFoundError as error:
        raise InvalidModuleError(_not_found(error, request)) from None
    except BaseException as error:
        raise InvalidModuleError(_failed(error, request, guard)) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        tracer.stop()
        guard.active = False
        if os.getpid() != owner:
            os._exit(0)
    _check_origin(module, request)
    return module, tracer.take()


def _check_name(request: Request) -> None:
    for part in request.module_name.split("."):
        if not part.isidentifier() or keyword.iskeyword(part):
            raise InvalidModuleError(
                f"`import {request.module_name}` is not valid Python, so no test can import it:"
                f" rename {part!r}."
            )


def too_slow(request: Request) -> str:
    """Return the sentence for an import that does not end."""
    return (
        f"importing it did not end within {request.import_seconds:g} seconds: move endless work"
        ' under `if __name__ == "__main__":`.'
    )


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise ImportTooSlow


def _not_found(error: ModuleNotFoundError, request: Request) -> str:
    own = request.module_name.partition(".")[0]
    missing = (error.name or "").partition(".")[0]
    if missing and missing != own:
        return (
            f"importing it failed: {type(error).__name__}: {error}: install it"
            f" in the project's interpreter ({sys.executable})."
        )
    return (
        f"importing it failed: {type(error).__name__}: {error}: check that"
        f" {request.import_root!r} is the folder it is imported from."
    )


def _failed(error: BaseException, request: Request, guard: Guard) -> str:
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if os.path.realpath(frame.filename) == str(request.module_file):
            place = f" (line {frame.lineno})"
    if guard.tripped:
        return (
            f"it cannot be imported here{place}: {guard.tripped} at import: move that into a"
            ' function, or under `if __name__ == "__main__":`.'
        )
    # Where the copy stands says nothing to the user.
    text = str(error).replace(f"{request.root}{os.sep}", "")
    message = " ".join(text.split())[:200]
    return (
        f"importing it raises {type(error).__name__}: {message}{place}: make the import work first."
    )


def _check_origin(module: ModuleType, request: Request) -> None:
    origin = getattr(module, "__file__", None) or ""
    if os.path.realpath(origin) != str(request.module_file):
        raise InvalidModuleError(
            f"`import {request.module_name}` gives {origin or 'a built-in module'} instead of"
            f" this file: rename the module or check the import root."
        )
