"""Makes a finding easier to read: fewer steps, fewer arguments, shorter texts, the same outcome."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterator

from .plainer import plainer_texts
from .scenario import Finding, Scenario

MAX_TRIES = 24


def shrink(finding: Finding, still: Callable[[Scenario], Finding | None]) -> Finding:
    """Return the plainest finding that `still` accepts, in a bounded number of tries."""
    tries = 0
    changed = True
    while changed and tries < MAX_TRIES:
        changed = False
        for candidate in plainer(finding.scenario):
            tries += 1
            better = still(candidate)
            if better is not None:
                finding, changed = better, True
                break
            if tries >= MAX_TRIES:
                break
    return finding


def plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios that are easier to read by one step."""
    for place in range(len(scenario.setup) - 1, 0, -1):
        setup = scenario.setup[:place] + scenario.setup[place + 1 :]
        yield dataclasses.replace(scenario, setup=setup)
    if scenario.setup:
        for first in _plainer_making(scenario.setup[0]):
            yield dataclasses.replace(scenario, setup=(first, *scenario.setup[1:]))
    for place, step in list(enumerate(scenario.setup))[1:]:
        for shorter in plainer_texts(step):
            setup = (*scenario.setup[:place], shorter, *scenario.setup[place + 1 :])
            yield dataclasses.replace(scenario, setup=setup)
    for place, (name, _) in enumerate(scenario.arguments):
        if f"{name}={{{place}}}" in scenario.template:
            yield _without(scenario, place)
    for place, (name, text) in enumerate(scenario.arguments):
        for shorter in plainer_texts(text):
            arguments = list(scenario.arguments)
            arguments[place] = (name, shorter)
            yield scenario.with_arguments(tuple(arguments))


def _plainer_making(step: str) -> Iterator[str]:
    """Yield plainer ways to make an object: fewer options, shorter values."""
    variable, _, value = step.partition(" = ")
    try:
        call = ast.parse(value, mode="eval").body
    except SyntaxError:
        return
    if not isinstance(call, ast.Call):
        return
    for keyword in list(call.keywords):
        fewer = [other for other in call.keywords if other is not keyword]
        yield f"{variable} = {ast.unparse(ast.Call(call.func, call.args, fewer))}"
    for place, argument in enumerate(call.args):
        for shorter in plainer_texts(ast.unparse(argument)):
            plain = ast.parse(shorter, mode="eval").body
            others = [*call.args[:place], plain, *call.args[place + 1 :]]
            yield f"{variable} = {ast.unparse(ast.Call(call.func, others, call.keywords))}"


def _without(scenario: Scenario, place: int) -> Scenario:
    """Leave out an argument that is given by name."""
    name = scenario.arguments[place][0]
    template = scenario.template
    for form in (f", {name}={{{place}}}", f"{name}={{{place}}}, ", f"{name}={{{place}}}"):
        template = template.replace(form, "")  # it may be there twice
    for later in range(place + 1, len(scenario.arguments)):
        template = template.replace(f"{{{later}}}", f"{{{later - 1}}}")
    arguments = scenario.arguments[:place] + scenario.arguments[place + 1 :]
    return dataclasses.replace(scenario, template=template, arguments=arguments)
