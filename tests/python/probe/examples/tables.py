"""Reading simple tables, settings and durations from text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

DURATION = re.compile(r"^(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?$")
TRUE_WORDS = {"yes", "true", "on"}
FALSE_WORDS = {"no", "false", "off"}


class ParseError(ValueError):
    """The text is not what was expected."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


def parse_duration(text: str) -> int:
    """Return the seconds of a text like `1h 30m`."""
    match = DURATION.match(text.strip())
    if match is None or not text.strip():
        raise ValueError(f"not a duration: {text!r}")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if minutes >= 60 or seconds >= 60:
        raise ValueError("minutes and seconds go up to 59")
    return hours * 3600 + minutes * 60 + seconds


def parse_value(text: str) -> bool | float | str:
    """Return a number, a truth value or the text itself."""
    lowered = text.strip().lower()
    if lowered in TRUE_WORDS:
        return True
    if lowered in FALSE_WORDS:
        return False
    if re.fullmatch(r"-?\d+", lowered):
        return int(lowered)
    try:
        return float(lowered)
    except ValueError:
        return text.strip()


def parse_settings(text: str) -> dict[str, dict[str, object]]:
    """Read `[section]` and `key = value` lines."""
    sections: dict[str, dict[str, object]] = {}
    current = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if line.startswith("["):
            if not line.endswith("]"):
                raise ParseError("section is not closed", number)
            current = sections.setdefault(line[1:-1], {})
        elif "=" not in line:
            raise ParseError("expected key = value", number)
        elif current is None:
            raise ParseError("value outside of a section", number)
        else:
            key, value = line.split("=", 1)
            current[key.strip()] = parse_value(value)
    return sections


def split_row(line: str, separator: str = ",") -> list[str]:
    """Split a row; double quotes protect separators."""
    if len(separator) != 1:
        raise ValueError("separator must be one character")
    cells, cell, quoted = [], "", False
    for char in line:
        if char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            cells.append(cell)
            cell = ""
        else:
            cell += char
    if quoted:
        raise ValueError("quote is not closed")
    return [*cells, cell]


def rows(lines: list[str], separator: str = ",") -> Iterator[dict[str, str]]:
    """Yield each row as a mapping of the header's names."""
    if not lines:
        return
    header = split_row(lines[0], separator)
    for number, line in enumerate(lines[1:], 2):
        cells = split_row(line, separator)
        if len(cells) != len(header):
            raise ParseError(f"expected {len(header)} cells, got {len(cells)}", number)
        yield dict(zip(header, cells, strict=True))


def load(path: Path) -> list[dict[str, str]]:
    """Read a table from a file; a missing file is an empty table."""
    if not path.exists():
        return []
    return list(rows(path.read_text(encoding="utf-8").splitlines()))


def render(record: Mapping[str, object], width: int = 10) -> str:
    """Return a record as aligned lines."""
    if width < 1:
        raise ValueError("width must be positive")
    return "\n".join(f"{key:<{width}}{value}" for key, value in sorted(record.items()))
