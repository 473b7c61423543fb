"""Reads files of test cases without running them: what each test is for, and which are drafts.

Usage::

    python read_cases.py LIST    one JSON list on the standard output, an object a file

``LIST`` is a file with the paths as a JSON list: there may be more than a command line takes. Each
object has ``error`` (why the file does not parse, or null) and ``tests``: ``name``, ``line``,
``draft``, ``named`` (the texts of ``REQUIREMENT`` and of marks) and ``docstrings``, that of its
class and its own.
"""

import ast
import json
import sys

#: What a text may be that is no Python that we can read.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OSError)

#: What may be a test.
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

#: The name by which a file says what all its tests are for.
CONSTANTS = ("REQUIREMENT", "REQUIREMENTS")

#: Marks that skip, always.
SKIPS = ("skip", "expectedFailure")

#: Marks that skip, or let a test fail, on a condition; without one, always.
CONDITIONAL = ("skipif", "skipIf", "xfail")

#: Marks whose texts are reasons and data, and name no requirement.
OTHERS = (*SKIPS, *CONDITIONAL, "parametrize", "usefixtures", "filterwarnings")

#: Calls that end a test without a verdict.
ENDS = ("skip", "skipTest", "xfail", "fail")


def read(path: str) -> "dict[str, object]":
    """What one file holds."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
    except UNREADABLE as error:
        return {"error": describe(error), "tests": []}
    marks = marks_of(tree.body)
    said = Said([*constants(tree), *named_by(marks)], [], is_skipped(marks) or is_left(tree.body))
    return {"error": None, "tests": tests_of(tree.body, "", said)}


def describe(error: BaseException) -> str:
    """One line for people."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    return str(error) or type(error).__name__


class Said:
    """What is said of all tests of a file or a class."""

    def __init__(self, named: "list[str]", docstrings: "list[str]", draft: bool) -> None:
        self.named = named
        self.docstrings = docstrings
        self.draft = draft

    def below(
        self, node: "ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef", marks: "list[ast.expr]"
    ) -> "Said":
        """The same with what a class or a function says itself."""
        docstring = ast.get_docstring(node)
        docstrings = [*self.docstrings, docstring] if docstring else self.docstrings
        return Said([*self.named, *named_by(marks)], docstrings, self.draft or is_skipped(marks))


def constants(tree: ast.Module) -> "list[str]":
    """What the file says by a constant that all its tests are for."""
    texts = []
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id in CONSTANTS for target in targets):
            texts.extend(strings(node))
    return texts


def marks_of(body: "list[ast.stmt]") -> "list[ast.expr]":
    """The marks that ``pytestmark`` sets for all tests of a file or a class."""
    marks = []
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            value = node.value
            marks.extend(value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value])
    return marks


def tests_of(body: "list[ast.stmt]", prefix: str, said: Said) -> "list[dict[str, object]]":
    """The tests of a body, those of classes by ``Class::name``."""
    found: list[dict[str, object]] = []
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = said.below(node, [*node.decorator_list, *marks_of(node.body)])
            found.extend(tests_of(node.body, f"{prefix}{node.name}::", own))
        elif isinstance(node, FUNCTIONS) and node.name.startswith("test"):
            own = said.below(node, node.decorator_list)
            found.append(
                {
                    "name": prefix + node.name,
                    "line": node.lineno,
                    "draft": own.draft or is_idle_body(node.body),
                    "named": own.named,
                    "docstrings": own.docstrings,
                }
            )
    return found


def named_by(marks: "list[ast.expr]") -> "list[str]":
    """The texts of marks that may name requirements, also of those that ``pytest.param`` gives."""
    texts = []
    for mark in marks:
        if name_of(mark) not in OTHERS:
            texts.extend(strings(mark))
        else:
            inner = (node for node in ast.walk(mark) if node is not mark and is_mark(node))
            texts.extend(text for node in inner for text in strings(node))
    return texts


def is_mark(node: ast.AST) -> bool:
    """Whether it is a call of ``pytest.mark.name`` that may name a requirement."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and name_of(node.func.value) == "mark"
        and node.func.attr not in OTHERS
    )


def strings(node: ast.AST) -> "list[str]":
    """Every text below a node."""
    found = (child.value for child in ast.walk(node) if isinstance(child, ast.Constant))
    return [value for value in found if isinstance(value, str)]


def name_of(node: ast.expr) -> str:
    """The last name of ``a.b.name`` or ``a.b.name(...)``; empty for anything else."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_skipped(marks: "list[ast.expr]") -> bool:
    """Whether a mark says that the tests are never run, or need not hold."""
    return any(
        name_of(mark) in SKIPS
        or (name_of(mark) in CONDITIONAL and always_holds(mark))
        or (name_of(mark) == "parametrize" and has_no_data(mark))
        for mark in marks
    )


def has_no_data(mark: ast.expr) -> bool:
    """Whether ``parametrize`` gives a test nothing to run with: pytest skips it."""
    if not isinstance(mark, ast.Call):
        return False
    data = [*mark.args[1:2], *(word.value for word in mark.keywords if word.arg == "argvalues")]
    return any(isinstance(node, (ast.List, ast.Tuple)) and not node.elts for node in data)


def always_holds(mark: ast.expr) -> bool:
    """Whether a condition of a mark is true whatever happens; one without a condition holds."""
    if not isinstance(mark, ast.Call):
        return True
    conditions = [*mark.args, *(word.value for word in mark.keywords if word.arg == "condition")]
    return not conditions or any(is_true(condition) for condition in conditions)


def is_true(condition: ast.expr) -> bool:
    """Whether a condition is a constant that is true; pytest reads a text as Python."""
    try:
        value = ast.literal_eval(condition)
        return bool(ast.literal_eval(value) if isinstance(value, str) else value)
    except UNREADABLE:
        return False


def is_left(body: "list[ast.stmt]") -> bool:
    """Whether a file is left while it is imported, by ``pytest.skip(...)``."""
    return any(is_end(statement) for statement in body)


def is_idle_body(body: "list[ast.stmt]") -> bool:
    """Whether a test does nothing yet, or begins with its end."""
    steps = [statement for statement in body if not is_idle(statement)]
    return not steps or is_end(steps[0])


def is_end(statement: ast.stmt) -> bool:
    """Whether it is ``pytest.skip(...)`` or the like, ``return``, ``raise`` or ``assert False``."""
    if isinstance(statement, ast.Assert):
        return isinstance(statement.test, ast.Constant) and not statement.test.value
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Raise) or (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and name_of(statement.value) in ENDS
    )


def is_idle(statement: ast.stmt) -> bool:
    """A docstring, ``...``, ``pass``, a printed text, a function or class that nothing uses yet."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        return isinstance(value, ast.Constant) or (
            isinstance(value, ast.Call)
            and name_of(value) == "print"
            and all(isinstance(argument, ast.Constant) for argument in value.args)
        )
    return isinstance(statement, (ast.Pass, ast.ClassDef, *FUNCTIONS))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as listed:
        paths = json.load(listed)
    json.dump([read(path) for path in paths], sys.stdout)
