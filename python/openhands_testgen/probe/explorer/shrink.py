"""Makes a finding easier to read: fewer steps, fewer arguments, shorter texts, the same outcome."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterator

from .scenario import Finding, Scenario

MAX_TRIES = 24
LONG = 8


def shrink(finding: Finding, still: Callable[[Scenario], Finding | None]) -> Finding:
    """Return the plainest finding that `still` accepts, in a bounded number of tries."""
    tries = 0
    changed = True
    while changed and tries < MAX_TRIES:
        changed = False
        for plainer in _plainer(finding.scenario):
            tries += 1
            better = still(plainer)
            if better is not None:
                finding, changed = better, True
                break
            if tries >= MAX_TRIES:
                break
    return finding


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    for place in range(len(scenario.setup) - 1, 0, -1):
        setup = scenario.setup[:place] + scenario.setup[place + 1 :]
        yield dataclasses.replace(scenario, setup=setup)
    for place, (name, _) in enumerate(scenario.arguments):
        if f"{name}={{{place}}}" in scenario.template:
            yield _without(scenario, place)
    for place, (name, text) in enumerate(scenario.arguments):
        for shorter in _shorter(text):
            arguments = list(scenario.arguments)
            arguments[place] = (name, shorter)
            yield scenario.with_arguments(tuple(arguments))


def _without(scenario: Scenario, place: int) -> Scenario:
    """Leave out an argument that is given by name."""
    name = scenario.arguments[place][0]
    template = scenario.template
    for form in (f", {name}={{{place}}}", f"{name}={{{place}}}, ", f"{name}={{{place}}}"):
        if form in template:
            template = template.replace(form, "", 1)
            break
    for later in range(place + 1, len(scenario.arguments)):
        template = template.replace(f"{{{later}}}", f"{{{later - 1}}}")
    arguments = scenario.arguments[:place] + scenario.arguments[place + 1 :]
    return dataclasses.replace(scenario, template=template, arguments=arguments)


def _shorter(text: str) -> Iterator[str]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return
    if isinstance(value, str) and len(value) > LONG:
        half = len(value) // 2
        for cut in (value[:half], value[half:], value[half // 2 : -half // 2], value.strip()):
            if cut != value:
                yield repr(cut)
    elif isinstance(value, (list, tuple)) and len(value) > 1:
        yield repr(value[:1])
        yield repr(value[:-1])
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) > 10:
        for plain in (1, 0, 2, 10, -1, 100, 1000):
            if abs(plain) < abs(value):
                yield repr(plain)
