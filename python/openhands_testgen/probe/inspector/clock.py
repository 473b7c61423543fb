"""Does a test compare the clock with a fixed time, so that it holds today and not tomorrow?"""

import ast

from .syntax import Function, called_name, last_word, names_in, parameters_of

REASON = "depends on the date: it compares the clock with a fixed time"
#: Calls that read the clock, by the last word of whom they are called on.
READING = {
    "date": frozenset({"today"}),
    "datetime": frozenset({"now", "today", "utcnow"}),
    "time": frozenset({"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"}),
}
#: What makes a fixed time of literals.
MAKING = frozenset({"date", "datetime", "time", "timedelta", "timezone", "fromisoformat"})
#: Where one of these is used, the clock may stand still.
STOPPING = frozenset(
    (
        "freeze_time",
        "freezer",
        "time_machine",
        "travel",
        "patch",
        "setattr",
        "monkeypatch",
        "mocker",
    )
)


def holds_today_only(function: Function) -> bool:
    """Whether an ``assert`` says that it is a certain time now, or not yet."""
    words = names_in(function) | {last_word(node) for node in ast.walk(function)}
    if (words | parameters_of(function)) & STOPPING:
        return False
    read = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and reads_clock(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        isinstance(node, ast.Assert) and any(expects(part, read) for part in ast.walk(node.test))
        for node in ast.walk(function)
    )


def expects(test: ast.AST, read: "set[str]") -> bool:
    """Whether a comparison says what the clock shows; that it shows no less goes for ever."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    sides = (test.left, test.comparators[0])
    for (clock, other), limits in ((sides, (ast.Lt, ast.LtE)), (sides[::-1], (ast.Gt, ast.GtE))):
        if reads_clock(clock, read) and is_fixed(other):
            is_part = isinstance(clock, ast.Attribute)
            return isinstance(test.ops[0], ast.Eq) or (
                not is_part and isinstance(test.ops[0], limits)
            )
    return False


def reads_clock(expression: ast.expr, read: "set[str]") -> bool:
    """``datetime.now()``, a part of it such as ``.year``, or a variable that holds it."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    if isinstance(expression, ast.Name):
        return expression.id in read
    if not isinstance(expression, ast.Call) or not isinstance(expression.func, ast.Attribute):
        return False
    name, owner = called_name(expression), last_word(expression.func.value)
    if name in READING.get(owner, ()):
        return owner != "time" or len(expression.args) == (name == "strftime")  # else of that time
    # Such as `datetime.now().date()`.
    return reads_clock(expression.func.value, read)


def is_fixed(expression: ast.expr) -> bool:
    """Whether it is made of literals only."""
    if isinstance(expression, ast.Call):
        arguments = [*expression.args, *(keyword.value for keyword in expression.keywords)]
        return called_name(expression) in MAKING and all(map(is_fixed, arguments))
    if isinstance(expression, ast.UnaryOp):
        return is_fixed(expression.operand)
    if isinstance(expression, ast.BinOp):
        return is_fixed(expression.left) and is_fixed(expression.right)
    if isinstance(expression, ast.Attribute):
        return last_word(expression) in ("UTC", "utc")
    return isinstance(expression, ast.Constant)
