"""Is an argument what it must be? A refusal names it, its value and the remedy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from ..exceptions import InvalidRequestError

LONGEST_SECONDS = 10 * 365 * 86_400
"""No span of time is longer: ten years."""


def number(name: str, value: object, least: float, most: float) -> float:
    """A number within its bounds; a bool is none, and neither is what is not finite."""
    if isinstance(value, int | float) and type(value) is not bool and least <= value <= most:
        return float(value)
    raise _refusal(name, f"a number from {least} to {most}", value)


def seconds(name: str, value: object) -> float:
    """A span of time, at most ten years."""
    return number(name, value, 0, LONGEST_SECONDS)


def flag(name: str, value: object) -> bool:
    """True or false, and nothing that only counts as one of them."""
    if not isinstance(value, bool):
        raise _refusal(name, "True or False", value)
    return value


def text(name: str, value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise _refusal(name, "a text", value)
    return value


def names(name: str, value: object) -> list[str]:
    """Several names; a lone text is none of them, since it would be taken apart."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        listed = list(value)
        if all(isinstance(one, str) for one in listed):
            return listed
    raise _refusal(name, 'a list of names, such as ["test_it"]', value)


def texts_by_name(name: str, value: object, example: str) -> dict[str, str]:
    """Texts by a name."""
    pairs = list(value.items()) if isinstance(value, Mapping) else [(None, None)]
    if not all(isinstance(part, str) for pair in pairs for part in pair):
        raise _refusal(name, f"a dict of texts, such as {example}", value)
    return dict(pairs)


def path_from_root(name: str, value: object) -> str:
    """A path from the project root, as tasks have it."""
    expected = "a path from the project root, such as src/cart.py"
    if not isinstance(value, str | os.PathLike):
        raise _refusal(name, expected, value)
    plain = os.fspath(value)
    path = PurePosixPath(os.fsdecode(plain))
    is_plain = str(path).isprintable()
    if path.is_absolute() or ".." in path.parts or not path.parts or not is_plain:
        raise _refusal(name, expected, plain)
    return str(path)


def _refusal(name: str, expected: str, value: object) -> InvalidRequestError:
    return InvalidRequestError(f"{name}: must be {expected}, not {value!r:.80}")
