"""How is anything at all written to a report? As plain values, as far as it can be told."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any

_DEEPEST = 50


def plain(value: object, above: tuple[int, ...] = ()) -> Any:  # noqa: ANN401 (whatever JSON has)
    """What JSON has for a value of any type; what it has nothing for is told by its text.

    Args:
        value: The value.
        above: The identities of what holds it: what holds itself is told once.
    """
    if isinstance(value, Enum):
        return plain(value.value, above)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if id(value) in above or len(above) >= _DEEPEST:
        return "…"
    within = (*above, id(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name), within) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key, within)): plain(part, within) for key, part in value.items()}
    if isinstance(value, Set):
        return sorted((plain(part, within) for part in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(part, within) for part in value]
    return _text(value)


def write_whole(file: Path, text: str) -> None:
    """Writes all of it, or leaves what was there; its folder is made."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    # Names of files that are no UTF-8 are shown as far as they can be.
    content = text.encode("utf-8", errors="backslashreplace")
    if file.exists() and not file.is_file():  # such as /dev/stdout, which is not to be replaced
        file.write_bytes(content)
        return
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode(errors="backslashreplace")
    if isinstance(value, date | time):
        return value.isoformat()
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"
