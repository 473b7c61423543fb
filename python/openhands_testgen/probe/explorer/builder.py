"""Puts a target and chosen arguments together as a scenario."""

from __future__ import annotations

import builtins
import dataclasses
import inspect
import keyword
import random
from collections.abc import Iterator

from .captures import Captures, Row
from .domains import Domains
from .facts import Facts
from .finder import code_of
from .helpers import TWICE
from .kinship import is_subclass
from .mutate import Mutator
from .names import Names, snake_case
from .scenario import Argument, Scenario, escape
from .targets import SELF, Parameter, Target
from .workshop import Workshop

Choice = dict[str, list[str]]
"""Texts by parameter name; only a `*args` parameter has other than one."""
MadeSubject = tuple[tuple[str, ...], str]
"""The statements that make an object, and its variable."""
UNKNOWN_OPTION = Parameter("unknown", inspect.Parameter.KEYWORD_ONLY, required=False)
"""What a function that takes any options may not expect."""
MAX_STAR = 30
MAX_SUBJECTS = 40
MAX_AT_ONCE = 6
MAX_STEPS = 6
ADVANCED = 0.4
"""How often an object is changed once more before the call under test."""


class Builder:
    """Builds scenarios for one target after another."""

    def __init__(
        self, names: Names, facts: Facts, domains: Domains, workshop: Workshop, mutator: Mutator,
        captures: Captures, choices: random.Random,
    ) -> None:  # fmt: skip
        self._names = names
        self._facts = facts
        self._domains = domains
        self._workshop = workshop
        self._mutator = mutator
        self.words = mutator.words
        self._captures = captures
        self._choices = choices
        self._cache: dict[Target, dict[str, list[str]]] = {}
        self.prefixes: dict[type, list[tuple[str, ...]]] = {}
        self.makers: dict[type, Target] = {}
        """The constructor of each class of the module."""
        self.methods: dict[type, list[Target]] = {}
        """What may change an instance, by class."""
        self.liked: dict[tuple[str, str], list[str]] = {}
        """Texts that led somewhere, by target name and parameter."""

    def parameters(self, target: Target) -> list[Parameter]:
        """Return the parameters, with `**kwargs` replaced by the keys that the code asks it for."""
        found: list[Parameter] = []
        for parameter in target.parameters:
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                usages = self._facts.usage(target.facts_name, parameter.name)
                keys = [key[1:-1] for usage in usages for key in usage.keys if key[0] in "'\""]
                found += [
                    Parameter(key, inspect.Parameter.KEYWORD_ONLY, required=False)
                    for key in dict.fromkeys(keys)
                    if key.isidentifier()
                ]
                found.append(UNKNOWN_OPTION)
            else:
                found.append(parameter)
        if "{body}" in target.wrapper:
            found.append(Parameter("body", inspect.Parameter.POSITIONAL_OR_KEYWORD))
        return found

    def domain(self, target: Target, parameter: Parameter) -> list[str]:
        """Return the texts for a parameter, worked out once a target."""
        columns = self._cache.setdefault(target, {})
        if parameter.name not in columns:
            shape = target if parameter.name != "body" else dataclasses.replace(target, fixed=True)
            seen = [row[parameter.name] for row in self._seen(target) if parameter.name in row]
            seen = [text for text in dict.fromkeys(seen) if self._workshop.works(text)]
            guessed = self._domains.of(shape, parameter)
            columns[parameter.name] = list(dict.fromkeys([*guessed[:1], *seen, *guessed]))
        return columns[parameter.name]

    def _seen(self, target: Target) -> list[Row]:
        return self._captures.rows(code_of(target.value)) if not target.fixed else []

    def refresh(self) -> None:
        """Work the domains out again, since there may be new instances to pass."""
        self._cache.clear()

    def subjects(self, target: Target) -> list[MadeSubject]:
        """Return `(setup, variable)` for each known way to get the object under test."""
        if target.owner is None:
            return [((), "")]
        name = self.variable(target.owner)
        found: list[MadeSubject] = [
            ((f"{name} = {text}",), name) for text in self._workshop.of(target.owner)
        ]
        for owner, prefixes in self.prefixes.items():
            if is_subclass(owner, target.owner):
                found += [(setup, setup_subject(setup)) for setup in prefixes]
        return found[: MAX_SUBJECTS + 10]

    def variable(self, owner: type) -> str:
        """Return the name for an instance."""
        name = snake_case(owner.__name__)
        taken = name in self._names.namespace or hasattr(builtins, name) or keyword.iskeyword(name)
        return f"{'an' if name[:1] in 'aeiou' else 'a'}_{name}" if taken else name

    def star(self, target: Target) -> Iterator[Scenario]:
        """Yield the plainest call, then calls that differ from it in one argument."""
        subjects = self.subjects(target)
        parameters = self.parameters(target)
        base = {p.name: self.domain(target, p)[:1] for p in parameters if p.required}
        if not subjects or any(not texts for texts in base.values()):
            return
        yield self.build(target, base, subjects[0])
        if target.is_async:
            yield from self._at_once(target, base, subjects[:MAX_AT_ONCE])
        for row in self._seen(target):
            if all(name in row for name in base):
                chosen = {p.name: [row[p.name]] for p in parameters if p.name in row}
                yield self.build(target, chosen, subjects[0])
        for parameter in parameters:
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                domain = self.domain(target, parameter)
                several = [[text] for text in domain[:6]]
                several += [domain[:2], domain[1:4], domain[:1] * 2]
                for texts in several:
                    yield self.build(target, {**base, parameter.name: texts}, subjects[0])
                continue
            for text in self.domain(target, parameter)[:MAX_STAR]:
                yield self.build(target, {**base, parameter.name: [text]}, subjects[0])
        for subject in subjects[1:]:
            yield self.build(target, base, subject)

    def _at_once(
        self, target: Target, base: Choice, subjects: list[MadeSubject]
    ) -> Iterator[Scenario]:
        """Yield two calls at once, of each object and with a few arguments."""
        for subject in subjects:
            yield _twice(self.build(target, base, subject))
            for parameter in self.parameters(target):
                for text in self.domain(target, parameter)[:MAX_AT_ONCE]:
                    yield _twice(self.build(target, {**base, parameter.name: [text]}, subject))

    def with_word(self, target: Target, word: str) -> Scenario | None:
        """Return the plainest call whose first argument, a text, is a word."""
        plain = next(self.star(target), None)
        if plain is None or not plain.arguments or plain.arguments[0][1][:1] not in "'\"":
            return None
        (name, _), *others = plain.arguments
        return plain.with_arguments(((name, word), *others))

    def random(self, target: Target) -> Scenario | None:
        """Return a call with arguments drawn anew."""
        subjects = self.subjects(target)
        if not subjects:
            return None
        chosen = self._choose(target)
        if chosen is None:
            return None
        made = self._made(target) if self._choices.random() < 0.25 else None
        subject = made or self._choices.choice(subjects)
        while target.owner is not None and self._choices.random() < ADVANCED:
            if len(subject[0]) >= MAX_STEPS:
                break
            subject = self._advanced(target.owner, subject)
        scenario = self.build(target, chosen, subject)
        return _twice(scenario) if target.is_async and self._choices.random() < 0.3 else scenario

    def _choose(self, target: Target) -> Choice | None:
        """Draw arguments; None if a required parameter has no candidate."""
        chosen: Choice = {}
        for parameter in self.parameters(target):
            if not parameter.required and self._choices.random() < 0.6:
                continue
            texts = self._draw(target, parameter)
            if not texts and parameter.required and not _is_variadic(parameter):
                return None
            if texts or _is_variadic(parameter):
                chosen[parameter.name] = texts
        return chosen

    def _advanced(self, owner: type, subject: MadeSubject) -> MadeSubject:
        """Return an object after one more call of a method, with arguments drawn anew."""
        setup, variable = subject
        methods = [each for kind in owner.__mro__ for each in self.methods.get(kind, ())]
        if not methods or len(setup) >= MAX_STEPS:
            return subject
        method = self._choices.choice(methods)
        chosen = self._choose(method)
        if chosen is None:
            return subject
        return (*setup, self.build(method, chosen, subject).call), variable

    def _made(self, target: Target) -> MadeSubject | None:
        """Return a subject whose constructor gets arguments drawn anew."""
        maker = self.makers.get(target.owner) if target.owner is not None else None
        scenario = self.random(maker) if maker is not None else None
        if scenario is None or target.owner is None:
            return None
        name = self.variable(target.owner)
        return (f"{name} = {scenario.call}",), name

    def _draw(self, target: Target, parameter: Parameter) -> list[str]:
        count = 1
        if _is_variadic(parameter):
            count = self._choices.randint(0, 3)
        return [text for _ in range(count) if (text := self._draw_one(target, parameter))]

    def _draw_one(self, target: Target, parameter: Parameter) -> str | None:
        liked = self.liked.get((target.name, parameter.name), [])
        dice = self._choices.random()
        if liked and dice < 0.55:
            text = self._choices.choice(liked)
            if dice < 0.12:
                return self._mutator.splice(text, self._choices.choice(liked))
            return self._mutator.mutate(text) if dice < 0.3 else text
        domain = self.domain(target, parameter)
        if not domain:
            return None
        if dice > 0.92:
            return self._mutator.another(domain[0])
        place = int(len(domain) * self._choices.random() ** 2)
        return self._mutator.mutate(domain[place]) if dice > 0.84 else domain[place]

    def vary(self, target: Target, scenario: Scenario) -> Scenario:
        """Return the same call with one argument drawn anew, given besides, or left out."""
        parameters = self.parameters(target)
        if not parameters or bool(target.owner) != bool(scenario.subject):
            return self.mutate(scenario)
        chosen: Choice = {}
        for name, text in scenario.arguments:
            chosen.setdefault(name, []).append(text)
        parameter = self._choices.choice(parameters)
        if parameter.name in chosen and not parameter.required and self._choices.random() < 0.25:
            del chosen[parameter.name]
        elif texts := self._draw(target, parameter):
            chosen[parameter.name] = texts
        if any(each.required and each.name not in chosen for each in parameters):
            return self.mutate(scenario)
        varied = self.build(target, chosen, (scenario.setup, scenario.subject))
        return _twice(varied) if f"{TWICE}(" in scenario.template else varied

    def mutate(self, scenario: Scenario) -> Scenario:
        """Return a scenario with one argument changed, or one step of its setup."""
        count = len(scenario.arguments)
        places = count + 1 if scenario.setup else max(count, 1)
        place = self._choices.randrange(places)
        if place >= count:
            if not scenario.setup:
                return scenario
            step = self._choices.randrange(len(scenario.setup))
            changed = _mutate_step(scenario.setup[step], self._mutator)
            setup = (*scenario.setup[:step], changed, *scenario.setup[step + 1 :])
            return dataclasses.replace(scenario, setup=setup)
        name, text = scenario.arguments[place]
        changed = self._mutator.mutate(text)
        arguments = (*scenario.arguments[:place], (name, changed), *scenario.arguments[place + 1 :])
        return scenario.with_arguments(arguments)

    def build(self, target: Target, chosen: Choice, subject: MadeSubject) -> Scenario:
        """Write the call: what is required by position, what is optional by name."""
        setup, variable = subject
        head = escape(target.head) if not target.fixed else target.head
        head = head.replace(SELF, variable)
        arguments: list[Argument] = []
        if target.fixed:
            arguments = [(p.name, (chosen.get(p.name) or ["None"])[0]) for p in target.parameters]
            template = head
        else:
            pieces = self._pieces(target, chosen, arguments)
            template = target.wrapper.replace("@", f"{head}{', '.join(pieces)})")
            if "{body}" in template:
                template = template.replace("{body}", f"{{{len(arguments)}}}")
                arguments.append(("body", (chosen.get("body") or ["pass"])[0]))
        return Scenario(
            target.name, template, tuple(arguments), setup, variable, target.statement
        )  # fmt: skip

    def _pieces(self, target: Target, chosen: Choice, arguments: list[Argument]) -> list[str]:
        pieces: list[str] = []
        variadic = any(_is_variadic(p) and chosen.get(p.name) for p in target.parameters)
        by_name = False
        for parameter in self.parameters(target):
            if parameter.name == "body" and "{body}" in target.wrapper:
                continue
            texts = chosen.get(parameter.name, [])
            if not texts and not parameter.required and variadic and _is_positional(parameter):
                texts = self.domain(target, parameter)[:1]
            if not texts:
                by_name = by_name or not parameter.required
                continue
            named = parameter.is_keyword_only or (
                not variadic and parameter.kind is parameter_kind.POSITIONAL_OR_KEYWORD
                and (by_name or not parameter.required)
            )  # fmt: skip
            by_name = by_name or named
            for text in texts:
                place = f"{{{len(arguments)}}}"
                pieces.append(f"{parameter.name}={place}" if named else place)
                arguments.append((parameter.name, text))
        return pieces


parameter_kind = inspect.Parameter


def setup_subject(setup: tuple[str, ...]) -> str:
    """Return the variable that the first statement of a setup assigns."""
    return setup[0].partition(" = ")[0]


def _twice(scenario: Scenario) -> Scenario:
    """Return two of the same calls of a coroutine function at once."""
    inner = scenario.template.removeprefix("asyncio.run(").removesuffix(")")
    if not scenario.template.startswith("asyncio.run(") or scenario.statement:
        return scenario
    return dataclasses.replace(scenario, template=f"asyncio.run({TWICE}({inner}, {inner}))")


def _is_variadic(parameter: Parameter) -> bool:
    return bool(parameter.kind is inspect.Parameter.VAR_POSITIONAL)


def _is_positional(parameter: Parameter) -> bool:
    return parameter.kind in (parameter_kind.POSITIONAL_ONLY, parameter_kind.POSITIONAL_OR_KEYWORD)


def _mutate_step(step: str, mutator: Mutator) -> str:
    variable, assignment, value = step.partition(" = ")
    if assignment and variable.isidentifier():
        return f"{variable} = {mutator.mutate(value)}"
    return mutator.mutate(step)
