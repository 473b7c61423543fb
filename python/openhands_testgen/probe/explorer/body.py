"""The body of a test of one case: its setup, then an assert of what comes back, or of the error."""

from __future__ import annotations

import ast
import re

from .layout import WIDTH, lay_out
from .names import snake_case
from .scenario import Finding

SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
ATOMS = (ast.Call, ast.Attribute, ast.Subscript, ast.Name, ast.List, ast.Dict)
"""Expressions that an attribute may follow as they are."""
FUNCTIONS = ("def ", "async def ")
"""What formatters leave a line free above, but for the first line of a function."""
AROUND = ("list(@", "str(@", "dict(@", "sorted(@", "math.isnan(@", "callable(@")


def body(finding: Finding, kind: str, fixture: str = "") -> list[str]:
    """Return the indented lines of a test; `kind` is that of its target, `fixture` what makes its
    object.
    """
    scenario = finding.scenario
    lines = setup(finding, fixture)
    if finding.error:
        return [*lines, *raises(finding, scenario.call)]
    call = tidy(scenario.call)
    if not scenario.statement:
        return lines + _checked(finding, call, kind)
    if lines and call.startswith(FUNCTIONS):
        lines.append("")
    entered = any("entered" in check for check in finding.checks)
    lines += [f"    {line}".rstrip() for line in call.split("\n")] if entered else _indented(call)
    return lines + _asserts(finding.checks)


def setup(finding: Finding, fixture: str = "") -> list[str]:
    """Return the statements before the call; the first is left out if a fixture stands for it."""
    steps = finding.scenario.setup[1 if fixture else 0 :]
    return [line for step in steps for line in lay_out(step, 4)]


def raises(finding: Finding, call: str, match: str = "") -> list[str]:
    """Return a `with pytest.raises` around a call; `match` is the source of the pattern."""
    match = match or _match(finding.message)
    expected = f"{finding.error}{', match=' + match if match else ''}"
    head = [f"    with pytest.raises({expected}):"]
    if len(head[0]) > WIDTH:
        head = ["    with pytest.raises(", f"        {finding.error}, match={match}", "    ):"]
    if "\n" in call:
        return _around(
            head, _indented(call), f"{finding.error}{', match=' + match if match else ''}"
        )
    return [*head, *lay_out(_as_statement(call), 8)]


def _around(head: list[str], inner: list[str], expected: str) -> list[str]:
    """Return a statement of several lines under `pytest.raises`; two contexts share a `with`."""
    first = inner[0].strip()
    if not first.startswith("with ") or not first.endswith(":"):
        gap = [""] if first.startswith(FUNCTIONS) else []
        return [*head, *gap, *(f"    {line}".rstrip() for line in inner)]
    contexts = [f"pytest.raises({expected})", first.removeprefix("with ").removesuffix(":")]
    line = f"    with {', '.join(contexts)}:"
    if len(line) <= WIDTH:
        return [line, *inner[1:]]
    return ["    with (", *(f"        {context}," for context in contexts), "    ):", *inner[1:]]


def _as_statement(call: str) -> str:
    """Return an expression that stands alone; the value of one that is no call is dropped."""
    plain = (ast.Call, ast.Await)
    body = ast.parse(call).body
    value = body[0].value if isinstance(body[0], ast.Expr) else None
    return call if value is None or isinstance(value, plain) else f"_ = {call}"


def put(check: str, call: str) -> str:
    """Put the call where the check speaks of its value."""
    if check.startswith(AROUND):
        return check.replace("@", call, 1)
    try:
        node = ast.parse(call, mode="eval").body
    except SyntaxError:
        return check.replace("@", call, 1)
    if check == "@ is True" and isinstance(node, ast.Compare):
        return call
    bare = isinstance(node, ATOMS) or ("@." not in check and _binds_tighter(node))
    return check.replace("@", call if bare else f"({call})", 1)


def tidy(text: str) -> str:
    """Write `list(x)` for `list(iter(x))`."""
    return re.sub(r"^list\(iter\((\w+)\)\)", r"list(\1)", text)


def _checked(finding: Finding, call: str, kind: str) -> list[str]:
    """Return the asserts, with the value in a variable if several speak of it."""
    about = [check for check in finding.checks if _is_about_value(check)]
    rest = _asserts([check for check in finding.checks if not _is_about_value(check)])
    if not about:
        return lay_out(call, 4) + rest
    if len(about) == 1:
        line = lay_out(f"assert {tidy(put(about[0], call))}", 4)
        if len(line) == 1 or len(call) < 60:
            return line + rest
    name = _result_name(finding, kind)
    named = _asserts([check.replace("@", name, 1) for check in about])
    return lay_out(f"{name} = {call}", 4) + named + rest


def _is_about_value(check: str) -> bool:
    return "@" in check.partition("==")[0]


def _asserts(checks: list[str]) -> list[str]:
    return [line for check in checks for line in lay_out(f"assert {check}", 4)]


def _result_name(finding: Finding, kind: str) -> str:
    if kind == "constructor":
        name = snake_case(finding.scenario.target.rpartition(".")[2])
        if name not in finding.names and name.isidentifier():
            return name
    return "result"


def _binds_tighter(node: ast.expr) -> bool:
    """Tell whether an expression may stand beside a comparison without parentheses."""
    plain = (
        ast.Call, ast.Attribute, ast.Subscript, ast.Name, ast.BinOp, ast.UnaryOp, ast.Constant,
        ast.List, ast.Dict,
    )  # fmt: skip
    return isinstance(node, plain)


def _indented(call: str) -> list[str]:
    if call.count("entered") == 1:
        call = call.replace(" as entered", "", 1)
    elif call.count("entered") == 3 and call.startswith("async def"):
        call = call.replace(" as entered", "", 1).replace(
            "\n    return entered\n\nentered = ", "\n\n"
        )
    return [f"    {line}" if line else "" for line in call.split("\n")]


def _match(message: str) -> str:
    if not message:
        return ""
    text = repr(message)
    text = lay_out(text)[0] if len(text) < WIDTH else text
    return f"re.escape({text})" if SPECIAL.search(message) else text
