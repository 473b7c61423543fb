"""Source text that is awkward to read."""

from __future__ import annotations

from .case import DOUBLE, case, refused

MANY = "\n\n".join(
    f"def rule_{n}(value: int) -> int:\n    if value > {n}:\n        return value - {n}\n"
    "    return value\n"
    for n in range(1700)
)
LONG = "\n\n".join(
    f"def sum_{n}(value: int) -> int:\n    if value > {n}:\n        return {n}\n"
    + "    value += 1\n" * 995
    + "    return value\n"
    for n in range(10)
)
ENDS = "\r\n".join([*DOUBLE.replace("    ", "\t").splitlines(), "\f", ""])
EURO = "#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\ndef price():\n    return '5 €'\n"
NEWER = "def greet(name):\n    return t'hello {name}' if lazy else match\n\n\ntype = = 3\n"

CASES = [
    case("a byte order mark", b"\xef\xbb\xbf" + DOUBLE.encode()),
    case("tabs, form feeds and carriage returns", ENDS.encode(), soak=True),
    case("an encoding declared in the second line", EURO.encode("cp1252"), soak=True),
    case("ten thousand lines", LONG, 60.0),
    case("a thousand functions and more", MANY, 5.0, soak=True),
    case("one very long line", "DATA = [" + "1, " * 60_000 + "]\n" + DOUBLE, soak=True),
    refused("not UTF-8 and not declared", b"# caf\xe9\n" + DOUBLE.encode(), "UTF-8", "declare"),
    refused("an encoding that does not exist", b"# coding: klingon\nx = 1\n", "klingon", "save it"),
    refused("UTF-16", DOUBLE.encode("utf-16"), "UTF-8", "save it as"),
    refused("a null byte", b"x = 1\0\n" + DOUBLE.encode(), "subject.py: source", "null", "fix"),
    refused("nested too deeply", f"x = {'(' * 300}{')' * 300}\n", "line 1", "nested"),
    refused("syntax of a newer Python", NEWER, "line 2", "if a newer Python", "`python`"),
    refused("only constants", "LIMIT = 10\nRATE = LIMIT / 4\n", "no public function or class"),
    refused("only comments", "# later\n# more\n", "no public function or class"),
]
