"""The examples in docstrings, as scenarios: what the author shows, a test should show first."""

from __future__ import annotations

import ast
import doctest
import inspect
import types
from collections.abc import Iterator

from .names import Names
from .scenario import Scenario, escape

MAX_SETUP = 6


def docstrings(module: types.ModuleType) -> Iterator[tuple[str, str]]:
    """Yield `(qualified name, docstring)` of the module and all that it defines."""
    yield "", module.__doc__ or ""
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        yield name, _documentation(value)
        if inspect.isclass(value):
            for attribute, inner in list(vars(value).items()):
                if _is_of(inner, module):
                    yield f"{name}.{attribute}", _documentation(inner)


def _is_of(attribute: object, module: types.ModuleType) -> bool:
    """Tell whether what a class holds was written in the module, not taken from elsewhere."""
    written = attribute.fget if isinstance(attribute, property) else attribute
    written = getattr(written, "__func__", written)
    return getattr(written, "__module__", None) == module.__name__


def _documentation(value: object) -> str:
    kinds = (type, property, staticmethod, classmethod)
    if not (isinstance(value, kinds) or callable(value)):
        return ""  # the docstring of an ordinary value is that of its class
    text = getattr(value, "__doc__", None)
    return text if isinstance(text, str) else ""


def scenarios(module: types.ModuleType, names: Names) -> list[Scenario]:
    """Return a scenario for each expression of each example, with the statements before it as
    setup.
    """
    found: list[Scenario] = []
    for owner, text in docstrings(module):
        if ">>>" not in text:
            continue
        try:
            examples = doctest.DocTestParser().get_examples(text)
        except ValueError:
            continue
        found += _of_docstring(owner, examples, names, module)
    return found


def _of_docstring(
    owner: str, examples: list[doctest.Example], names: Names, module: types.ModuleType
) -> Iterator[Scenario]:
    setup: list[str] = []
    inlined = _Inliner()
    for example in examples:
        tree = _parse(example.source, names, module)
        if tree is None or len(tree.body) != 1:
            continue
        statement = inlined.visit(tree.body[0])
        if inlined.takes(statement):
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        text = ast.unparse(statement)
        if isinstance(statement, ast.Expr):
            for part in _parts(statement.value):
                target, arguments, template = _call(owner, part, names)
                needed = _needed(setup, ast.unparse(part))
                yield Scenario(target, template, arguments, tuple(needed))
            if not example.want and _changes(statement.value, setup):
                setup.append(text)
        else:
            setup.append(text)
        del setup[:-MAX_SETUP]


class _Inliner(ast.NodeTransformer):
    """Puts a `lambda` that an example gives a name where the name is used."""

    def __init__(self) -> None:
        self._known: dict[str, ast.Lambda] = {}

    def takes(self, statement: ast.stmt) -> bool:
        """Remember an assignment of a `lambda`; tell whether it was one."""
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Lambda):
            return False
        names = [each.id for each in statement.targets if isinstance(each, ast.Name)]
        self._known.update(dict.fromkeys(names, statement.value))
        return bool(names)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        is_read = isinstance(node.ctx, ast.Load)
        return self._known.get(node.id, node) if is_read else node


def _changes(node: ast.expr, setup: list[str]) -> bool:
    """Tell whether an expression may change an object that was made before."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return bool(_names(ast.unparse(node.func)) & {n for text in setup for n in _assigned(text)})


def _parse(source: str, names: Names, module: types.ModuleType) -> ast.Module | None:
    """Parse one example, with `package.function` shortened to the name that tests import."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    return _Shortener(names, module).visit(tree)  # type: ignore[no-any-return]


class _Shortener(ast.NodeTransformer):
    """Replaces `semver.Version` by `Version` where tests import the name itself."""

    def __init__(self, names: Names, module: types.ModuleType) -> None:
        self._names = names
        self._packages = set(module.__name__.split("."))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        node.kind = None  # u"text" is "text"
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        known = self._names.namespace
        if not isinstance(node.value, ast.Name) or node.attr not in known:
            return node
        owner = known.get(node.value.id)
        if owner is None and node.value.id not in self._packages:
            return node
        if owner is not None and getattr(owner, node.attr, None) is not known[node.attr]:
            return node
        return ast.copy_location(ast.Name(node.attr, ast.Load()), node)


def _parts(node: ast.expr) -> list[ast.expr]:
    """Split `a.x, a.y` into its parts, since each is worth a test."""
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call):
        return [node.left]  # what `f(x) == y` says of `f(x)`, a test says too
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _call(owner: str, node: ast.expr, names: Names) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """Return target, arguments and template.

    Only plain calls of a known function have arguments.
    """
    text = ast.unparse(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name = node.func.id
        simple = not any(isinstance(item, ast.Starred) for item in node.args) and all(
            keyword.arg for keyword in node.keywords
        )
        parameters = _positional(names.namespace.get(name))
        if simple and name in names.namespace and len(node.args) <= len(parameters):
            pairs = [(parameters[n], ast.unparse(item)) for n, item in enumerate(node.args)]
            pieces = [f"{{{n}}}" for n in range(len(pairs))]
            for keyword in node.keywords:
                pieces.append(f"{keyword.arg}={{{len(pairs)}}}")
                pairs.append((str(keyword.arg), ast.unparse(keyword.value)))
            return name, tuple(pairs), f"{name}({', '.join(pieces)})"
    return owner, (), escape(text)


def _positional(value: object) -> list[str]:
    if not callable(value):
        return []
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in kinds]


def _needed(setup: list[str], text: str) -> list[str]:
    """Return the statements of the setup that the text depends on."""
    own = {name for statement in setup for name in _assigned(statement)}
    wanted = _names(text) & own
    kept: list[str] = []
    for statement in reversed(setup):
        if _names(statement) & wanted:
            kept.append(statement)
            wanted |= _names(statement) & own
    return kept[::-1]


def _assigned(statement: str) -> set[str]:
    """Return the names that a statement gives a meaning."""
    return {
        node.id if isinstance(node, ast.Name) else node.name
        for node in ast.walk(ast.parse(statement))
        if (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        or isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }


def _names(text: str) -> set[str]:
    tree = ast.parse(text)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
