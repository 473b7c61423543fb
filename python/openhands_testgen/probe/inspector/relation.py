"""What has a test to do with the module under test, as far as its text tells?"""

import ast
import sys

from .syntax import Function, functions_in, last_word, names_in, parameters_of, strings_in

#: What tests import to test with.
TOOLS = frozenset({"pytest", "_pytest", "hypothesis", "mock"})
#: What stands in for something else.
STAND_INS = frozenset({"patch", "Mock", "MagicMock", "AsyncMock", "create_autospec", "mocker"})
#: What makes a module be what its surroundings say.
LOADING = frozenset({"reload", "import_module", "run_module", "run_path", "subprocess", "Popen"})
#: Fixtures of pytest that have nothing to do with any module.
FIXTURES = frozenset(
    (
        *("cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "capteesys"),
        *("doctest_namespace", "monkeypatch", "pytestconfig", "record_property", "recwarn"),
        *("request", "subtests", "tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory"),
    )
)


class Relations:
    """The names of a file that may lead to the module."""

    def __init__(self, tree: ast.Module, module: str) -> None:
        self._package = module.partition(".")[0]
        self._leading = self._imported(tree)
        self._functions = {function.name for function in functions_in(tree)}
        while self._add_more(tree):
            pass

    def of(self, function: Function, owner: "ast.ClassDef | None") -> str:
        """``none``, ``reads``, or ``stand_in`` for one that only replaces what it tests."""
        words = names_in(function)
        if not self._leads(function, owner):
            return "none"
        attributes = {last_word(node) for node in ast.walk(function)}
        if (words | attributes) & LOADING:
            return "reads"
        replaces = words & STAND_INS or "setattr" in attributes or attributes & STAND_INS
        return "stand_in" if replaces or parameters_of(function) & STAND_INS else "reads"

    def _leads(self, function: Function, owner: "ast.ClassDef | None") -> bool:
        words = names_in(function)
        if words & self._leading or any(self._package in text for text in strings_in(function)):
            return True
        if "self" in words and owner is not None and self._class_leads(owner):
            return True
        cases = parametrized(function)
        parameters = parameters_of(function) - cases - FIXTURES - {"self", "cls"}
        return any(name in self._leading or name not in self._functions for name in parameters)

    def _class_leads(self, owner: ast.ClassDef) -> bool:
        return owner.name in self._leading or any(names_in(base) - TOOLS for base in owner.bases)

    def _imported(self, tree: ast.Module) -> "set[str]":
        names: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if self._may_lead(alias.name):
                        names.add((alias.asname or alias.name).partition(".")[0])
            elif isinstance(node, ast.ImportFrom) and (
                node.level or self._may_lead(node.module or "")
            ):
                names.update(alias.asname or alias.name for alias in node.names)
        return names

    def _may_lead(self, module: str) -> bool:
        top = module.partition(".")[0]
        return top == self._package or (top not in sys.stdlib_module_names and top not in TOOLS)

    def _add_more(self, tree: ast.Module) -> bool:
        """Adds what is made of what leads; tests do not lead to other tests."""
        before = len(self._leading)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value:
                if names_in(node.value) & self._leading:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    self._leading.update(names_in(*targets) - {"self", "cls"})
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                leads = names_in(node) & self._leading or parameters_of(node) & self._leading
                if leads and not node.name.startswith("test"):
                    self._leading.add(node.name)
            elif isinstance(node, ast.ClassDef):
                helpers = [inner for inner in node.body if not is_test(inner)]
                if names_in(*helpers, *node.bases) & self._leading:
                    self._leading.add(node.name)
        return len(self._leading) > before


def is_test(node: ast.AST) -> bool:
    """Whether it is a function of a test's name."""
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith(
        "test"
    )


def parametrized(function: Function) -> "set[str]":
    """The parameters that a decorator gives their values."""
    names: set[str] = set()
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and last_word(decorator.func) == "parametrize":
            for text in strings_in(decorator.args[0]) if decorator.args else ():
                names.update(part.strip() for part in text.split(","))
    return names
