"""What one test does: some statements first, then one call whose outcome counts.

All of it source text.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Any

Argument = tuple[str, str]


@dataclass(frozen=True)
class Scenario:
    """A call under test and what has to happen before it."""

    target: str
    """Qualified name of what is called, such as `Account.withdraw`."""
    template: str
    """The call with `{0}`, `{1}` … where `arguments` go."""
    arguments: tuple[Argument, ...] = ()
    """Parameter name and source text, in the order of the template."""
    setup: tuple[str, ...] = ()
    """Statements to run first."""
    subject: str = ""
    """The variable of `setup` that holds the object under test, if any."""
    statement: bool = False
    """The call is a statement (`del x[k]`, `with …`) and has no value."""

    @functools.cached_property
    def call(self) -> str:
        """The call as source text."""
        return self.template.format(*(text for _, text in self.arguments))

    @functools.cached_property
    def text(self) -> str:
        """All of it as source text; two scenarios with one text are the same."""
        return "\n".join((*self.setup, self.call))

    def with_arguments(self, arguments: tuple[Argument, ...]) -> Scenario:
        """The same call with other arguments."""
        return replace(self, arguments=arguments)


@dataclass
class Finding:
    """A scenario worth a test, with what is to be asserted about it."""

    scenario: Scenario
    checks: list[str] = field(default_factory=list)
    """Boolean expressions; `@` stands for the value of the call."""
    error: str = ""
    """The exception's name as a test writes it, if the call raises."""
    message: str = ""
    """The message to match, if it is stable."""
    explicit: bool = False
    """The exception comes from a `raise` of the module, not by accident."""
    place: str = ""
    """Where in the module the exception was raised."""
    blamed: tuple[str, ...] = ()
    """The names in the condition of the `raise`."""
    is_empty: bool = False
    """The object under test holds nothing before the call."""
    weak: bool = False
    """The checks say little."""
    arcs: frozenset[tuple[int, int]] = frozenset()
    names: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Where each name that it uses comes from."""
    documented: bool = False
    """It comes from an example in a docstring."""
    kills: frozenset[str] = frozenset()
    """The faults that a test of it notices."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a line of the findings file."""
        data = dict(vars(self))
        parts = vars(self.scenario)
        data["scenario"] = {name: parts[name] for name in Scenario.__dataclass_fields__}
        data["arcs"] = sorted(self.arcs)
        data["kills"] = sorted(self.kills)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        """Read what `to_json` wrote."""
        fields = dict(data)
        inner = dict(fields["scenario"])
        inner["arguments"] = tuple((name, text) for name, text in inner["arguments"])
        inner["setup"] = tuple(inner["setup"])
        fields["scenario"] = Scenario(**inner)
        fields["blamed"] = tuple(fields["blamed"])
        fields["arcs"] = frozenset((start, end) for start, end in fields["arcs"])
        fields["kills"] = frozenset(fields["kills"])
        fields["names"] = {name: (owner, part) for name, (owner, part) in fields["names"].items()}
        return cls(**fields)


def escape(text: str) -> str:
    """Return text that may stand in a template as it is."""
    return text.replace("{", "{{").replace("}", "}}")
