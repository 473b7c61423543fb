"""Lays statements out within 100 columns, strings in double quotes, the way formatters do."""

from __future__ import annotations

import ast
import io
import re
import tokenize

WIDTH = 100
STEP = 4
WHOLE = re.compile(r"""(['"])(-?[1-9][0-9]{0,15}|0)\1""")
CHARACTER = re.compile(r"\\.|[^\\]", re.DOTALL)
QUOTED = ("\\'", '\\"')
BRACKETS = {ast.List: ("[", "]"), ast.Tuple: ("(", ")"), ast.Set: ("{", "}")}


def lay_out(text: str, indent: int = 0, after: int = 0) -> list[str]:
    """Return the lines of a statement, indented, with room for `after` characters behind it.

    Lines may still be too long where nothing can break.
    """
    margin = " " * indent
    if "\n" not in text and indent + len(text) + after <= WIDTH:
        return [margin + double_quotes(text)]
    tree = _parsed(text)
    lines: list[str] = []
    for statement in tree:
        lines += _statement(statement, indent, after)
    return [double_quotes(line) if line.count("'") else line for line in lines]


def _parsed(text: str) -> list[ast.stmt]:
    if not text.startswith("return "):
        return ast.parse(text).body
    function = ast.parse("def function():\n    " + text).body[0]
    return function.body if isinstance(function, ast.FunctionDef) else []


def fits(lines: list[str]) -> bool:
    """Tell whether no line is too long."""
    return all(len(line) <= WIDTH for line in lines)


def double_quotes(text: str) -> str:
    """Return source text with strings in double quotes, but those with more of these than of single
    ones.
    """
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return text
    lines = text.split("\n")
    for token in reversed(tokens):
        if token.type != tokenize.STRING or token.start[0] != token.end[0]:
            continue
        row, start = token.start[0] - 1, token.start[1]
        lines[row] = lines[row][:start] + _double(token.string) + lines[row][token.end[1] :]
    return "\n".join(lines)


def plain_numbers(text: str) -> str:
    """Return source text with `Decimal(5)` for `Decimal("5")`, and `0.5` for `float(0.5)`."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return text
    lines = text.split("\n")
    for place in range(len(tokens) - 3, 0, -1):
        name, opening, value, closing = tokens[place - 1 : place + 3]
        is_call = (opening.string, closing.string) == ("(", ")")
        is_attribute = place > 1 and tokens[place - 2].string == "."
        if not is_call or is_attribute or closing.end[0] != name.start[0]:
            continue
        plain = ""
        if name.string == "Decimal" and WHOLE.fullmatch(value.string):
            plain = f"Decimal({value.string[1:-1]})"
        elif name.string == "float" and value.type == tokenize.NUMBER and "." in value.string:
            plain = value.string
        row = name.start[0] - 1
        if plain:
            lines[row] = lines[row][: name.start[1]] + plain + lines[row][closing.end[1] :]
    return "\n".join(lines)


def _double(text: str) -> str:
    prefix = text[: len(text) - len(text.lstrip("bBrRuU"))]
    body = text[len(prefix) + 1 : -1]
    if text[len(prefix)] not in "'\"" or text.endswith(("'''", '"""')):
        return text
    if "r" in prefix.lower():
        is_plain = '"' not in body and not body.endswith("\\")
        return f'{prefix}"{body}"' if is_plain else text
    parts = [part[1] if part in QUOTED else part for part in CHARACTER.findall(body)]
    quote = "'" if parts.count('"') > parts.count("'") else '"'
    escaped = (f"\\{part}" if part == quote else part for part in parts)
    return f"{prefix}{quote}{''.join(escaped)}{quote}"


def _statement(node: ast.stmt, indent: int, after: int) -> list[str]:
    margin = " " * indent
    if isinstance(node, ast.Assert):
        return _prefixed("assert ", node.test, indent, after)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return _prefixed(f"{ast.unparse(node.targets[0])} = ", node.value, indent, after)
    if isinstance(node, ast.Expr):
        return _prefixed("", node.value, indent, after)
    if isinstance(node, ast.Return) and node.value is not None:
        return _prefixed("return ", node.value, indent, after)
    return [margin + line for line in ast.unparse(node).split("\n")]


def _prefixed(prefix: str, node: ast.expr, indent: int, after: int) -> list[str]:
    first, *rest = _expression(node, indent, len(prefix), after)
    return [" " * indent + prefix + first, *rest]


def _expression(node: ast.expr, indent: int, before: int, after: int) -> list[str]:
    """Return the lines of an expression; the first has no margin, the others have theirs."""
    text = ast.unparse(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _comparison(node, indent, before, after)
    if indent + before + len(text) + after <= WIDTH:
        return [text]
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        return _string(node.value, indent)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and node.elts:
        opening, closing = BRACKETS[type(node)]
        return _bracketed(opening, [("", item) for item in node.elts], closing, indent)
    if isinstance(node, ast.Dict) and node.keys:
        pairs = [
            (f"{ast.unparse(key)}: ", value)
            for key, value in zip(node.keys, node.values, strict=True)
            if key
        ]
        return _bracketed("{", pairs, "}", indent)
    if isinstance(node, ast.Call) and (node.args or node.keywords):
        items = [("", item) for item in node.args]
        items += [(f"{word.arg}=" if word.arg else "**", word.value) for word in node.keywords]
        if len(items) == 1:
            return _alone(f"{ast.unparse(node.func)}(", *items[0], indent)
        return _bracketed(f"{ast.unparse(node.func)}(", items, ")", indent)
    return [text]


def _comparison(node: ast.Compare, indent: int, before: int, after: int) -> list[str]:
    whole = ast.unparse(node)
    if indent + before + len(whole) + after <= WIDTH:
        return [whole]
    left, right = ast.unparse(node.left), node.comparators[0]
    operator = whole[len(left) : len(whole) - len(ast.unparse(right))]
    if indent + before + len(left) + len(operator) < WIDTH - 10:
        lines = _expression(right, indent, before + len(left) + len(operator), after)
        return [left + operator + lines[0], *lines[1:]]
    inner = indent + STEP
    first, *others = _expression(node.left, inner, 0, 0)
    lines = [" " * inner + first, *others]
    first, *others = _expression(right, inner, len(operator) - 1, 0)
    return ["(", *lines, " " * inner + operator.lstrip() + first, *others, " " * indent + ")"]


def _alone(opening: str, prefix: str, item: ast.expr, indent: int) -> list[str]:
    """Return a call with one argument, which needs no comma."""
    if not prefix and isinstance(item, ast.Constant) and isinstance(item.value, (str, bytes)):
        return [opening, *_string(item.value, indent)[1:]]
    inner = indent + STEP
    first, *rest = _expression(item, inner, len(prefix), 0)
    return [opening, " " * inner + prefix + first, *rest, " " * indent + ")"]


def _bracketed(
    opening: str, items: list[tuple[str, ast.expr]], closing: str, indent: int
) -> list[str]:
    inner = indent + STEP
    lines = [opening]
    for prefix, item in items:
        first, *rest = _expression(item, inner, len(prefix), 1)
        lines += [" " * inner + prefix + first, *rest]
        lines[-1] += ","
    return [*lines, " " * indent + closing]


def _string(value: str | bytes, indent: int) -> list[str]:
    inner = indent + STEP
    room = WIDTH - inner - 6
    if inner + len(repr(value)) <= WIDTH:
        return ["(", " " * inner + repr(value), " " * indent + ")"]
    pieces: list[str] = []
    kept = value.splitlines(keepends=True) if isinstance(value, str) else value.splitlines(True)
    for line in kept:
        while len(repr(line)) > room:
            pieces.append(repr(line[: room - 12]))
            line = line[room - 12 :]
        pieces.append(repr(line))
    return ["(", *(" " * inner + piece for piece in pieces), " " * indent + ")"]
