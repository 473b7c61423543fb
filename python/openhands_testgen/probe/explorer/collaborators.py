"""What stands in for an object of which only the use is known? A namespace with the fields that are
read, or a mock where methods are called too. Source texts, most telling first.
"""

from __future__ import annotations

from collections.abc import Callable

from . import pools
from .usage import Usage

MAX_FIELDS, MAX_VALUES = 6, 4
PLAIN = ("1", "'hello'", "None", "0")
"""Values of a field of which nothing is known."""


def stand_ins(usage: Usage, around: Callable[[str], list[str]]) -> list[str]:
    """Return objects with the fields that are read of a parameter; each value of each is in one.
    `around` are the values beside one that a field is compared with.
    """
    own = [name for name in dict.fromkeys(usage.attributes) if not name.startswith("__")]
    fields = [name for name in own if name not in usage.methods]
    if not fields or len(fields) > MAX_FIELDS:
        return []
    maker = "Mock" if usage.methods else "SimpleNamespace"
    columns = {name: _values(name, usage.fields.get(name, []), around) for name in fields}
    rows = [{name: texts[0] for name, texts in columns.items()}]
    rows += [
        {**rows[0], name: text} for name, texts in columns.items() for text in texts[1:MAX_VALUES]
    ]
    return [_written(maker, row) for row in rows]


def _values(name: str, compared: list[str], around: Callable[[str], list[str]]) -> list[str]:
    near = [text for other in compared for text in around(other)]
    return list(dict.fromkeys([*near, *pools.by_name(name)[:3], *PLAIN]))


def _written(maker: str, row: dict[str, str]) -> str:
    return f"{maker}({', '.join(f'{name}={text}' for name, text in row.items())})"
