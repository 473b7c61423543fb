"""Is a scenario worth a test, and what does the test assert? It runs twice and must agree."""

from __future__ import annotations

import dataclasses
from typing import Any

from . import files
from .execute import TOO_SLOW, Executor, Run
from .files import before_the_call
from .literal import Literals
from .names import Names
from .observe import Observer
from .scenario import Finding, Scenario, escape

MAX_EFFECTS = 3


class Examiner:
    """Turns runs into findings."""

    def __init__(
        self, names: Names, executor: Executor, observer: Observer, literals: Literals
    ) -> None:
        self._names = names
        self._executor = executor
        self._observer = observer
        self._literals = literals

    def examine(self, scenario: Scenario, run: Run) -> Finding | str:
        """Return what to assert about a run, or the reason why nothing can be."""
        first = self._look(scenario, run)
        if isinstance(first, str):
            return first
        after = self._look_at_state(scenario, run)
        again = self._executor.run(scenario, seed=2)
        if run.by_chance or again.by_chance:
            return "it draws random numbers"
        if first.error and not self._arguments_work(scenario):
            return "no fitting arguments were found"
        second = self._look(scenario, again)
        if isinstance(second, str) or _gist(first) != _gist(second):
            return "its result differs from run to run"
        later = self._look_at_state(scenario, again)
        after = {name: text for name, text in after.items() if later.get(name) == text}
        before = self._state_before(scenario) if scenario.subject else {}
        if before is None:
            return "its object differs from run to run"
        first.is_empty = _is_empty(before)
        if first.error == "" and scenario.subject:
            _add_effects(first, after, before)
        if first.error == "" and run.files is not None and run.files == again.files:
            self._add_files(first, run)
        if not first.checks and not first.error:
            return "it has no effect that can be observed"
        first.arcs = run.arcs & again.arcs
        first.names = self._names.used_by(_texts(first))
        return first

    def _look(self, scenario: Scenario, run: Run) -> Finding | str:
        late: Finding | str = TOO_SLOW
        return self._executor.look(lambda: self._describe(scenario, run), late)

    def _look_at_state(self, scenario: Scenario, run: Run) -> dict[str, str]:
        return self._executor.look(lambda: self._states(scenario, run), {})

    def _describe(self, scenario: Scenario, run: Run) -> Finding | str:
        if run.discarded:
            return run.discarded
        self._literals.folder = run.folder
        if run.error is not None:
            return self._raised(scenario, run)
        finding = Finding(scenario)
        if not scenario.statement:
            seen = self._observer.value(run.value)
            if seen is None:
                return "its result cannot be written down"
            finding.checks, finding.weak = list(seen.checks), seen.weak
        elif "entered" in scenario.call:
            self._add_entered(finding, run)
        return finding

    def _add_entered(self, finding: Finding, run: Run) -> None:
        value = run.namespace.get("entered")
        text = self._literals.write(value) if value is not None else None
        if text is not None:
            finding.checks.append(f"entered == {text}")

    def _add_files(self, finding: Finding, run: Run) -> None:
        """Assert what the call did to files, rather than that it returned nothing."""
        made = self._executor.run(before_the_call(finding.scenario))
        check = files.check(made.files, run.files, self._literals)
        if not check or made.error is not None:
            return
        if finding.weak or finding.checks == ["@ is None"]:
            finding.checks, finding.weak = [], False
        finding.checks.append(check)

    def _raised(self, scenario: Scenario, run: Run) -> Finding | str:
        error = run.error
        name = self._names.of(type(error))
        if name is None or error is None:
            return "its exception cannot be named by a test"
        if run.iterated:
            scenario = dataclasses.replace(scenario, template=f"list({scenario.template})")
        message = self._observer.message(error) if run.explicit else ""
        return Finding(
            scenario, error=name, message=message, explicit=run.explicit, place=run.place,
            blamed=run.blamed,
        )  # fmt: skip

    def _arguments_work(self, scenario: Scenario) -> bool:
        """Tell whether the exception is the call's, not that of an argument being made."""
        return all(
            self._executor.evaluate(text)[0] for _, text in scenario.arguments if "(" in text
        )

    def _states(self, scenario: Scenario, run: Run) -> dict[str, str]:
        subject = run.namespace.get(scenario.subject) if scenario.subject else None
        if subject is None or run.error is not None:
            return {}
        self._literals.folder = run.folder
        return self._observer.state(subject)

    def _state_before(self, scenario: Scenario) -> dict[str, str] | None:
        untouched = dataclasses.replace(
            scenario, template=escape(scenario.subject), arguments=(), statement=False
        )
        run = self._executor.run(untouched)
        if run.discarded or run.error is not None:
            return None
        return self._look_at_state(scenario, run)


def _add_effects(finding: Finding, after: dict[str, str], before: dict[str, str]) -> None:
    """Assert what the call changed.

    For a statement that changed nothing, what it left as it was.
    """
    subject = finding.scenario.subject
    changed = [text for name, text in after.items() if before.get(name) != text]
    only_none = finding.checks == ["@ is None"]
    if changed and only_none:
        finding.checks = []
    limit = MAX_EFFECTS if not finding.checks else 2
    chosen = changed[:limit]
    if finding.scenario.statement and not chosen and not finding.checks:
        chosen, finding.weak = list(after.values())[:2], True
    if finding.weak and changed:
        finding.checks, finding.weak = [], False
    finding.checks += [text.replace("$", subject, 1) for text in chosen]


def _is_empty(state: dict[str, str]) -> bool:
    """Tell whether all that an object shows of its content is empty collections."""
    ends = [text.rpartition(" == ")[2] for text in state.values()]
    collections = [end for end in ends if end[:1] in "[{(" or end == "set()"]
    return bool(collections) and all(end in ("[]", "{}", "()", "set()") for end in collections)


def _gist(finding: Finding) -> tuple[Any, ...]:
    return finding.checks, finding.error, finding.message


def _texts(finding: Finding) -> list[str]:
    checks = [check.replace("@", "_", 1) for check in finding.checks]
    return [*finding.scenario.setup, finding.scenario.call, *checks, finding.error or "None"]
