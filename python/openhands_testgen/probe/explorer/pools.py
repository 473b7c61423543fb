"""Example values for types and for telling parameter names, as source text."""

from __future__ import annotations

import datetime
import decimal
import fractions
import io
import pathlib
import re
import uuid
from typing import Any

BY_TYPE: dict[Any, tuple[str, ...]] = {
    int: ("1", "0", "2", "-1", "3", "5", "10", "100", "1000"),
    float: ("1.5", "0.0", "1.0", "-1.5", "0.25", "100.0", "float('inf')", "float('nan')"),
    complex: ("(1+2j)", "0j"),
    bool: ("True", "False"),
    str: ("'hello'", "''", "'Hello World'", "'a'", "'42'", "' padded '", "'a,b,c'", "'café'"),
    bytes: ("b'hello'", "b''", "b'a,b'"),
    bytearray: ("bytearray(b'hello')",),
    list: ("[1, 2, 3]", "[]", "['a', 'b']", "[3, 1, 2, 1]"),
    tuple: ("(1, 2)", "()", "('a', 'b')"),
    set: ("{1, 2}", "set()"),
    frozenset: ("frozenset({1, 2})", "frozenset()"),
    dict: ("{'a': 1, 'b': 2}", "{}", "{'a': {'b': 1}}"),
    range: ("range(3)", "range(0)"),
    type(None): ("None",),
    object: ("'hello'", "1", "None", "[1, 2]"),
    type: ("int", "str"),
    slice: ("slice(0, 2)",),
    decimal.Decimal: ("Decimal('1.5')", "Decimal('0')", "Decimal('-2')", "Decimal('100')"),
    fractions.Fraction: ("Fraction(1, 2)", "Fraction(0)"),
    datetime.date: ("date(2024, 2, 29)", "date(2023, 12, 31)", "date(2024, 1, 1)"),
    datetime.datetime: (
        "datetime(2024, 2, 29, 12, 30)",
        "datetime(2023, 12, 31, 23, 59, 59)",
        "datetime(2024, 1, 1, tzinfo=timezone.utc)",
    ),
    datetime.time: ("time(12, 30)", "time(0, 0)"),
    datetime.timedelta: (
        "timedelta(seconds=90)", "timedelta(0)", "timedelta(days=1)", "timedelta(seconds=-5)",
        "timedelta(days=400, hours=3)",
    ),
    datetime.tzinfo: ("timezone.utc",),
    pathlib.Path: (
        "tmp_path / 'data.txt'", "written(tmp_path / 'data.txt', 'a,b\\n1,2\\n')", "tmp_path",
        "tmp_path / 'missing' / 'data.txt'", "written(tmp_path / 'empty.txt', '')",
        "written(tmp_path / 'data.txt', 'one\\n').parent", "folder(tmp_path / 'folder')",
    ),
    pathlib.PurePath: ("PurePosixPath('folder/data.txt')",),
    uuid.UUID: ("UUID(int=1)",),
    io.StringIO: ("io.StringIO('a,b\\n1,2\\n')", "io.StringIO('')"),
    io.BytesIO: ("io.BytesIO(b'hello')",),
    re.Pattern: ("re.compile('[a-z]+')", "re.compile('[0-9]')"),
    re.Match: ("re.match('(a)(b)?', 'ab')",),
}  # fmt: skip

CALLABLES: dict[int | None, tuple[str, ...]] = {
    0: ("Mock(return_value=1)", "Mock(side_effect=ValueError('boom'))",
        "Mock(side_effect=[ValueError('boom'), 1])", "lambda: 'done'", "list"),
    1: ("lambda value: value", "len", "str.upper", "lambda value: value * 2",
        "lambda value: value > 1", "bool", "sum", "str", "min"),
    2: ("lambda left, right: left + right", "lambda left, right: left == right", "max",
        "lambda left, right: left < right"),
    3: ("lambda first, second, third: third + 1", "lambda first, second, third: third",
        "lambda first, second, third: first"),
    None: ("lambda *values: values", "len", "Mock(return_value=1)", "lambda value: value",
           "Mock(side_effect=ValueError('boom'))"),
}  # fmt: skip

ASYNC_CALLABLES = (
    "AsyncMock(return_value='done')",
    "AsyncMock(side_effect=ValueError('boom'))",
    "AsyncMock(side_effect=[ValueError('boom'), 'done'])",
    "AsyncMock(side_effect=[OSError('down'), 'done'])",
)

BY_NAME: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(^|_)(url|uri|link)$", ("'https://example.com/a?b=c#d'", "'example.com'", "'ftp://x'")),
    (r"(^|_)(email|mail)$", ("'ada@example.com'", "'not an email'", "'@example.com'")),
    (r"(^|_)(delay|wait|pause|backoff|interval|timeout|period)(_|$)", ("0", "0.01", "-1", "1")),
    (r"(^|_)(seconds|secs|ttl)$", ("60", "0.01", "0", "1", "3600", "-1")),
    (r"^(is|has|can|should|allow|use|with|include|strict|verbose)(_|$)", ("True", "False")),
    (r"(^|_)(n|count|size|limit|width|height|length|number|num|index|times|total|max|min|"
     r"capacity|maxsize|retries|attempts|quantity|qty|age|year|month|day|ndigits|precision)(_|$)",
     ("2", "0", "1", "3", "-1", "10", "100")),
    (r"(^|_)(amount|price|rate|ratio|value|score|weight|factor|balance|x|y|a|b)$",
     ("1", "0", "2.5", "-1", "10", "100")),
    (r"(^|_)(date|day|when|start|end)$", ("date(2024, 2, 29)", "datetime(2024, 1, 1)",
     "'2024-01-01'")),
    (r"(^|_)(path|filename|file_name|filepath|file|folder|directory|dir|src|dst|dest)$",
     ("tmp_path / 'data.txt'", "written(tmp_path / 'data.txt', 'a,b\\n1,2\\n')", "tmp_path",
      "str(tmp_path / 'data.txt')", "str(written(tmp_path / 'data.txt', 'one\\ntwo\\n'))",
      "folder(tmp_path / 'folder')", "str(folder(tmp_path / 'folder'))", "str(tmp_path)",
      "str(written(tmp_path / 'data.txt', 'one\\n').parent)")),
    (r"(^|_)(name|title|label|user|owner|author|sku|product|item|id)$",
     ("'apple'", "'Ada Lovelace'", "''", "'a b'")),
    (r"(^|_)(key)$", ("'a'", "'b'", "1")),
    (r"(^|_)(text|string|str|s|word|line|content|data|sentence|message|value|raw|source)$",
     ("'hello world'", "''", "'Hello, World!'", "'one\\ntwo\\n'", "'a=1'", "'42'", "' a '")),
    (r"(^|_)(words|names|strings|lines|tokens|parts|tags|texts)$",
     ("['a', 'b']", "[]", "['one', 'two', 'one']", "['x=1', '# note', '']")),
    (r"(^|_)(numbers|values|items|data|seq|sequence|iterable|xs|rows|elements|list|lst)$",
     ("[1, 2, 3]", "[]", "[5]", "[3, 1, 2]", "['a', 'b']", "[1.5, 2.5]", "[{'a': 1}]")),
    (r"(^|_)(d|dict|mapping|config|options|params|settings|record|kwargs|env)$",
     ("{'a': 1, 'b': 2}", "{}", "{'a': {'b': 1}}", "{'a': 'x'}")),
    (r"(^|_)(keys)$", ("['a']", "['a', 'b']", "[]")),
    (r"(^|_)(func|function|fn|f|callback|predicate|key_func|callable|operation|action|handler)$",
     CALLABLES[1] + CALLABLES[0]),
    (r"(^|_)(clock|timer|now)$", ("lambda: 0.0", "itertools.count().__next__")),
    (r"(^|_)(factory|cls|type)$", ("dict", "list", "int")),
    (r"(^|_)(exc|error|exception|errors|exceptions)(_types?)?$",
     ("ValueError", "(ValueError, OSError)")),
    (r"(^|_)(sep|separator|delimiter)$", ("','", "'-'", "';'")),
)  # fmt: skip

BY_METHOD: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset({"lower", "upper", "split", "strip", "startswith", "endswith", "replace", "join",
                "encode", "title", "isdigit", "partition", "splitlines", "format", "lstrip",
                "rstrip", "capitalize", "isupper", "casefold"}), BY_TYPE[str]),
    (frozenset({"items", "keys", "values", "get", "setdefault", "update"}), BY_TYPE[dict]),
    (frozenset({"append", "extend", "insert", "sort", "reverse"}), BY_TYPE[list]),
    (frozenset({"union", "intersection", "difference", "issubset"}), BY_TYPE[set]),
    (frozenset({"read", "readline", "readlines", "seek"}), BY_TYPE[io.StringIO]),
    (frozenset({"write", "writelines", "flush"}), ("io.StringIO()",)),
    (frozenset({"total_seconds", "seconds", "days", "microseconds"}), BY_TYPE[datetime.timedelta]),
    (frozenset({"strftime", "year", "month", "day", "isoformat"}), BY_TYPE[datetime.datetime]),
    (frozenset({"exists", "read_text", "write_text", "suffix", "stem", "parent", "is_file"}),
     BY_TYPE[pathlib.Path]),
    (frozenset({"decode", "hex"}), BY_TYPE[bytes]),
    (frozenset({"group", "groups", "groupdict"}), BY_TYPE[re.Match]),
    (frozenset({"match", "search", "finditer", "fullmatch"}), BY_TYPE[re.Pattern]),
)  # fmt: skip

GENERIC = (
    "'hello'", "1", "[1, 2, 3]", "{'a': 1}", "0", "''", "-1", "None", "1.5", "True", "[]", "{}",
    "('a', 1)", "b'hello'", "lambda value: value", "['a', 'b']", "'a'", "2",
)  # fmt: skip


def by_name(name: str) -> tuple[str, ...]:
    """Return the values that a parameter's name suggests, best first."""
    found: list[str] = []
    for pattern, texts in BY_NAME:
        if re.search(pattern, name, re.IGNORECASE):
            found += texts
    return tuple(dict.fromkeys(found))


def by_methods(attributes: list[str]) -> tuple[str, ...]:
    """Return values that have the attributes a function uses, the best match first."""
    used = set(attributes)
    ranked = sorted(BY_METHOD, key=lambda entry: -len(entry[0] & used))
    return tuple(text for names, texts in ranked if names & used for text in texts)
