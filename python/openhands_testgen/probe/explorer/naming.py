"""What are tests and cases called? Target, then what happens, then for which kind of argument."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .helpers import TWICE
from .names import snake_case
from .scenario import Argument, Finding
from .traits import NUMBER, first_trait, is_word, with_article, word

OPERATOR_WORDS = {
    "len": "length", "repr": "repr", "str": "text", "eq": "equality", "ne": "inequality",
    "lt": "less_than", "le": "less_or_equal", "gt": "greater_than", "ge": "greater_or_equal",
    "getitem": "item", "setitem": "setting_an_item", "delitem": "deleting_an_item",
    "contains": "membership", "iter": "iteration", "next": "next_item", "bool": "truth",
    "call": "call", "hash": "hash", "enter": "context", "exit": "context", "aenter": "context",
    "aexit": "context", "missing": "missing_item", "reduce": "pickling",
    "getstate": "pickling", "setstate": "unpickling", "deepcopy": "deep_copy",
    "add": "addition", "sub": "subtraction", "mul": "multiplication",
    "truediv": "division", "neg": "negation", "abs": "absolute_value", "aiter": "iteration",
}  # fmt: skip
UNKNOWN = re.compile(r"\b(unknown|no such|not (in|found|known|there)|does not exist)\b", re.I)
MAX_NAME = 80
MAX_WORDS = 6


@dataclass(frozen=True)
class Callee:
    """What names need to know of the target of a test."""

    name: str
    kind: str = "function"
    parameters: tuple[str, ...] = ()


def base_name(callee: Callee, targets: Collection[str]) -> str:
    """Return the beginning of a test's name; a method's class is named where it is needed."""
    target, kind = callee.name, callee.kind
    text = re.sub(r"\(.*\)", "", target.removesuffix(".setter"))
    *owners, last = [part for part in text.split(".") if part] if text else [""]
    word = last.strip("_")
    owner = "_".join(snake_case(name) for name in owners)
    if kind in ("constructor", "member") and last:
        return snake_case("_".join([*owners, word])) + ("_by_value" if kind == "member" else "")
    if last.startswith("__"):
        return f"{owner}_{OPERATOR_WORDS.get(word, word)}"
    if not owner:
        return snake_case(word)
    same = [name for name in targets if snake_case(name.rpartition(".")[2]) == snake_case(word)]
    if len(same) == 1 and len(word) > 5:
        return snake_case(word)
    return f"{owner}_{snake_case(word)}"


def behaviour(finding: Finding, callee: Callee) -> str:
    """Return what happens, as the end of a test's name; may be empty."""
    arguments = list(finding.scenario.arguments)
    if f"{TWICE}(" in finding.scenario.template:
        return "twice_at_once"
    if finding.error:
        return _rejection(finding, callee)
    check = finding.checks[0] if finding.checks else ""
    changed = _changed(finding)
    if changed:
        sets = callee.kind in ("property", "constructor")
        return f"{'sets' if sets else 'updates'}_{changed}"
    trait = first_trait(arguments)
    accepted = f"_for_{trait}" if trait else ""
    for text, words in (
        ("is None", "returns_none"),
        ("is True", "is_true"),
        ("is False", "is_false"),
    ):
        if check == f"@ {text}":
            return words + accepted
    named = _named_option(finding)
    if named:
        return f"with_{named}"
    if trait:
        return f"accepts_{trait}"
    return _of_empty(finding) if callee.kind in ("method", "property") else ""


def _of_empty(finding: Finding) -> str:
    noun = re.sub("^an?_", "", finding.scenario.subject)
    return f"of_{with_article('empty', noun)}" if finding.is_empty and noun else ""


def shared_behaviour(finding: Finding) -> str:
    """Return what happens in all cases of a table, as the end of its name; may be empty."""
    if finding.error:
        error = snake_case(finding.error.rpartition(".")[2])
        return "rejects_invalid_arguments" if finding.explicit else f"raises_{error}"
    named = _named_option(finding)
    return f"with_{named}" if named else ""


def _changed(finding: Finding) -> str:
    subject = finding.scenario.subject
    names = [
        match.group(1)
        for check in finding.checks
        if subject and (match := re.match(rf"{subject}\.(\w+) (?:==|is) ", check))
    ]
    return "_and_".join(names[:2])


def _rejection(finding: Finding, callee: Callee) -> str:
    arguments = list(finding.scenario.arguments)
    if finding.error == "AttributeError" and finding.scenario.statement:
        return "cannot_be_set"
    error = snake_case(finding.error.rpartition(".")[2])
    if not finding.explicit:
        return f"raises_{error}"
    tested = [pair for pair in arguments if pair[0] in finding.blamed]
    if not tested and (missing := _missing(finding, callee)):
        return f"rejects_{missing}"
    if not tested and finding.is_empty:
        return f"rejects_{_of_empty(finding).removeprefix('of_')}"
    trait = first_trait(tested or arguments) or _blamed(finding, tested or arguments)
    return f"rejects_{trait}" if trait else f"raises_{error}"


def _missing(finding: Finding, callee: Callee) -> str:
    """Name the optional parameters that the condition speaks of and the call leaves out."""
    names = [snake_case(name) for name in finding.blamed if name in callee.parameters]
    if len(names) == 2:
        return f"neither_{names[0]}_nor_{names[1]}"
    return f"no_{names[0]}" if len(names) == 1 else ""


def _blamed(finding: Finding, arguments: list[Argument]) -> str:
    """Name the argument that the message speaks of, or the only one."""
    words = re.findall(r"\w+", finding.message.lower())
    spoken = [name for name, _ in arguments if name.lower() in words]
    names = spoken[:1] or ([arguments[0][0]] if len(arguments) == 1 else [])
    if not names:
        return ""
    name = names[0].lower()
    if finding.error == "TypeError":
        return f"a_wrong_type_of_{name}"
    lookup = finding.error in ("KeyError", "LookupError", "IndexError")
    return with_article("unknown" if lookup or UNKNOWN.search(finding.message) else "invalid", name)


def _named_option(finding: Finding) -> str:
    """Return the optional parameters that a call gives by name."""
    scenario = finding.scenario
    last = scenario.template.rpartition("\n")[2]
    names = re.findall(r"(\w+)=\{\d+\}", last)
    return "_and_".join(snake_case(name) for name in names[:2])


def distinctions(finding: Finding) -> list[str]:
    """Return words that may tell a test from another with the same name, best first."""
    scenario = finding.scenario
    found = [*_repetition(finding), *_of_other_class(finding), *_made_with(finding)]
    found.append(_of_empty(finding))
    texts = [text for _, text in scenario.arguments if is_word(text)]
    found += [f"for_{word(text)}" for text in reversed(texts)]
    steps = [re.sub(r"\(.*", "", step).rpartition(".")[2] for step in scenario.setup[1:]]
    found += [f"after_{snake_case(step)}" for step in reversed(steps) if step.isidentifier()]
    for check in finding.checks[:1]:
        value = NUMBER.sub(r"\1", check.rpartition(" == ")[2]) if " == " in check else ""
        if is_word(value):
            found.append(f"gives_{word(value)}")
    found += [f"for_{each}" for each in _words_of(scenario.arguments)]
    if scenario.setup:
        found += [f"of_{word(text)}" for text in _constants(scenario.setup[0]) if is_word(text)]
    return found


def _words_of(arguments: Iterable[Argument]) -> list[str]:
    """Return the first words in the texts of arguments."""
    strings = [
        node.value
        for _, text in arguments
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    words = [each for text in strings for each in re.findall(r"[A-Za-z]{3,16}", text)]
    return list(dict.fromkeys(each.lower() for each in words))[:MAX_WORDS]


def _constants(statement: str) -> list[str]:
    """Return the constants in a statement as source texts, outer ones first."""
    nodes = ast.walk(ast.parse(statement))
    return [ast.unparse(node) for node in nodes if isinstance(node, ast.Constant)]


def _repetition(finding: Finding) -> list[str]:
    """Say that the same call came before."""
    return ["when_repeated"] if finding.scenario.call in finding.scenario.setup[1:] else []


def _of_other_class(finding: Finding) -> list[str]:
    """Say that the object is of another class than the one whose method is tested."""
    owner = finding.scenario.target.rpartition(".")[0].rpartition(".")[2]
    made = finding.scenario.setup[0].partition(" = ")[2] if finding.scenario.subject else ""
    kind = re.match(r"([A-Z]\w*)\(", made)
    if kind is None or kind.group(1) == owner:
        return []
    return [f"of_{with_article('', snake_case(kind.group(1)))}"]


def _made_with(finding: Finding) -> list[str]:
    """Say which enum member the object is, or which optional arguments made it."""
    value = finding.scenario.setup[0].partition(" = ")[2] if finding.scenario.subject else ""
    if re.fullmatch(r"[A-Za-z_]\w*\.[A-Z_0-9]+", value):
        return [f"of_{value.rpartition('.')[2].lower()}"]
    try:
        made = ast.parse(value, mode="eval").body
    except SyntaxError:
        return []
    options = [word.arg for word in made.keywords if word.arg] if isinstance(made, ast.Call) else []
    return [f"with_{with_article('', snake_case(option))}" for option in reversed(options)]


class Uniquely:
    """Hands out names once; a second asker gets a number behind."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, wanted: str, separator: str = "_", otherwise: Iterable[str] = ()) -> str:
        """Return the wanted name, else one with words behind, else one with a number."""
        wanted = wanted[:MAX_NAME].strip("_-")
        for words in ("", *otherwise) if wanted in self._taken else ():
            longer = f"{wanted}{separator}{words}"
            fresh = longer not in self._taken and not wanted.endswith(words)
            if words and fresh and len(longer) <= MAX_NAME:
                self._taken.add(longer)
                return longer
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}{separator}{number}", number + 1
        self._taken.add(name)
        return name

    def give_back(self, name: str) -> None:
        """Let another have a name that was not used."""
        self._taken.discard(name)
