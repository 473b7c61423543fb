"""What is special about an argument, as words for names and ids: `a_negative_price`, `empty`."""

from __future__ import annotations

import ast
import re
from typing import Any

from .names import snake_case
from .scenario import Argument

NUMBER = re.compile(r"^(?:Decimal|Fraction)\('?(-?[\d.]+)'?\)$")
MAX_ID = 32


def first_trait(arguments: list[Argument]) -> str:
    """Return what is special about the first argument that is; empty if none is."""
    return next((trait for name, text in arguments if (trait := _trait(name, text))), "")


def _trait(name: str, text: str) -> str:
    try:
        value: Any = ast.literal_eval(NUMBER.sub(r"\1", text))
    except (ValueError, SyntaxError):
        return ""
    name = snake_case(name)
    if value is None:
        return f"no_{name}"
    if isinstance(value, bool):
        return ""
    if isinstance(value, (int, float)):
        sign = "negative" if value < 0 else "zero" if value == 0 else ""
        return with_article(sign, name) if sign else ""
    if isinstance(value, (str, bytes)) and value and not value.strip():
        return with_article("blank", name)
    return "" if value else with_article("empty", name)


def with_article(adjective: str, name: str) -> str:
    """Return `a_negative_size`, `an_empty_name`, `invalid_tokens`."""
    words = f"{adjective}_{name}".strip("_")
    if name.endswith("s") and not name.endswith("ss"):
        return words
    return f"{'an' if words[:1] in 'aeiou' else 'a'}_{words}"


def is_word(text: str) -> bool:
    """Tell whether a source text can be part of a name."""
    return bool(re.fullmatch(r"b?['\"]?[\w .-]{1,24}['\"]?", text)) and word(text) != ""


def word(text: str) -> str:
    """Return a source text as part of a name."""
    text = re.sub(r"^-(?=\d)", "minus_", text.strip("'\""))
    return re.sub(r"\W+", "_", text).strip("_").lower() if text.isascii() else ""


def case_id(texts: list[str]) -> str:
    """Return a readable id for a case from the arguments that make it special."""
    words = [_words(text) for text in texts]
    return "-".join(word for word in words if word)[:MAX_ID].strip("-") or "case"


def _words(text: str) -> str:
    text = NUMBER.sub(r"\1", text)
    if text in ("''", '""', "b''"):
        return "empty"
    if text in ("[]", "()", "{}", "set()"):
        return "empty"
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = None
    if isinstance(value, (str, bytes)) and not value.strip():
        return "blank"
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return f"minus-{-value}"
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-").lower() or "symbols"
