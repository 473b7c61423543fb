"""Plainer source texts for an argument: shorter strings, fewer items, rounder numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LONG = 8
MAX_CUTS = 6
ODD = re.compile(r"[^\w\s.,:;()/@+-]")


def plainer_texts(text: str) -> Iterator[str]:
    """Yield texts that differ from a text in one constant or collection, the plainest first."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.Constant):
            kept = node.value
            for value in _plainer_values(kept):
                node.value = value
                yield ast.unparse(tree)
            node.value = kept
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)) and len(node.elts) > 1:
            items = node.elts
            for fewer in (items[:1], items[1:], items[:-1]):
                node.elts = fewer
                yield ast.unparse(tree)
            node.elts = items
        elif isinstance(node, ast.Dict) and len(node.keys) > 1:
            keys, values = node.keys, node.values
            for part in (slice(0, 1), slice(1, None), slice(0, -1)):
                node.keys, node.values = keys[part], values[part]
                yield ast.unparse(tree)
            node.keys, node.values = keys, values


def _plainer_values(value: object) -> Iterator[str | bytes | int | float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, str):
        yield from (each for each in dict.fromkeys(_plainer_strings(value)) if each != value)
    elif isinstance(value, bytes) and len(value) > LONG:
        yield from (value[: len(value) // 2], value[len(value) // 2 :])
    elif isinstance(value, float) and value == value and abs(value) < 1e15:
        yield from (each for each in (float(round(value)), round(value, 1)) if each != value)
    elif isinstance(value, int) and abs(value) > 10:
        yield from (each for each in (1, 0, 2, 10, -1, 100, 1000) if abs(each) < abs(value))


def _plainer_strings(value: str) -> Iterator[str]:
    if len(value) > LONG:
        half = len(value) // 2
        yield value[:half]
        yield value[half:]
    lines = value.split("\n")
    if len(lines) > 1:
        for place in range(min(len(lines), MAX_CUTS)):
            yield "\n".join(lines[:place] + lines[place + 1 :])
    yield ODD.sub("", value)
    words = value.split(" ")
    if 1 < len(words) <= MAX_CUTS:
        for place in range(len(words)):
            yield " ".join(words[:place] + words[place + 1 :])
    yield value.strip()
    if len(value) > LONG:
        quarter = len(value) // 4
        yield value[quarter:-quarter]
