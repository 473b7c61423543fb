"""What can become of a task? One function for each outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..exceptions import InvalidRequestError
from . import check


@dataclass(frozen=True)
class Outcome:
    """What becomes of one task; made by the functions of this module."""

    acts: tuple[Mapping[str, Any], ...]
    """One for each attempt; the last one holds for all further ones."""
    needs_script: bool = True
    """Whether a real agent cannot be expected to do the same."""


def ok(
    coverage: float = 100.0,
    *,
    seconds: float = 0.0,
    tests: Iterable[str] | None = None,
    text: str | None = None,
) -> Outcome:
    """The task succeeds; below its threshold it fails with ``coverage_gap``, as a real one would.

    Args:
        coverage: What its result says was reached, in percent.
        seconds: How long the attempt takes.
        tests: The names of the tests in its result, a list; else one, named after the module.
        text: What is published as the test file; else no file is written.
    """
    percent = check.number("coverage", coverage, 0, 100)
    names = None if tests is None else check.names("tests", tests)
    written = None if text is None else check.text("text", text)
    figures = {"coverage": percent, "tests": names, "text": written}
    is_plain = (percent, names, written) == (100.0, None, None)
    return Outcome((_act({"pass": figures}, seconds),), needs_script=not is_plain)


def writes(text: str, *, seconds: float = 0.0) -> Outcome:
    """The agent writes this text, and everything else is real: it is run, measured and published.

    Args:
        text: The test file.
        seconds: How long the agent takes.
    """
    return Outcome((_act({"write": check.text("text", text)}, seconds),))


def bad_tests(removed: Mapping[str, str] | None = None, *, seconds: float = 0.0) -> Outcome:
    """No test holds: the task fails with ``verification``.

    Args:
        removed: The tests by name, and why each does not hold.
        seconds: How long the attempt takes.
    """
    usual = {"test_scripted": "fails: AssertionError"}
    given = {} if removed is None else removed
    reasons = check.texts_by_name("removed", given, '{"test_it": "why"}') or usual
    tests = [{"test": test, "reason": reason} for test, reason in reasons.items()]
    return Outcome((_act({"reject": tests}, seconds),))


def timeout(*, seconds: float = 0.0) -> Outcome:
    """The attempt reaches its time limit: the task fails with ``timeout``, without the wait.

    Args:
        seconds: How long it takes all the same.
    """
    return Outcome((_act("time_out", seconds),))


def rate_limit(
    times: int | None = None,
    *,
    retry_after: float | None = None,
    seconds: float = 0.0,
    then: Outcome | None = None,
) -> Outcome:
    """The provider asks to slow down; another attempt follows, as often as `max_retries` says.

    Args:
        times: How many attempts get that answer, 1 or more; else all.
        retry_after: How long the provider asks to wait, in seconds.
        seconds: How long such an attempt takes.
        then: What becomes of the task afterwards; else it succeeds.
    """
    message = "the provider asked to slow down, as scripted"
    return fails(
        "rate_limit", message, times=times, retry_after=retry_after, seconds=seconds, then=then
    )


def fails(
    kind: str,
    message: str = "failed, as scripted",
    *,
    times: int | None = None,
    retry_after: float | None = None,
    seconds: float = 0.0,
    then: Outcome | None = None,
) -> Outcome:
    """The attempt fails with an error kind, which decides whether another one follows.

    Args:
        kind: The ``error_kind``, such as ``transient``, ``quota`` or ``invalid_module``.
        message: The ``error``.
        times: How many attempts fail so, 1 or more; else all.
        retry_after: At least so many seconds until another attempt.
        seconds: How long such an attempt takes.
        then: What becomes of the task afterwards; else it succeeds.
    """
    after = None if retry_after is None else check.seconds("retry_after", retry_after)
    failure = {
        "kind": check.text("kind", kind),
        "message": check.text("message", message),
        "retry_after": after,
    }
    return _repeated(_act({"fail": failure}, seconds), times, then)


def crash(
    times: int | None = None,
    *,
    noticed: bool = True,
    seconds: float = 0.0,
    then: Outcome | None = None,
) -> Outcome:
    """The process that runs the attempt dies; after the third time the task fails with ``lost``.

    Args:
        times: How many attempts die, 1 or more; else all.
        noticed: Whether that is known at once, as on one machine; else the task stays ``running``
            until the lease has run out, 45 seconds later.
        seconds: How long such an attempt lives.
        then: What becomes of the task afterwards; else it succeeds.
    """
    death = {"noticed": check.flag("noticed", noticed)}
    return _repeated(_act({"die": death}, seconds), times, then)


def hang(*, seconds: float = 0.0) -> Outcome:
    """The attempt does not end by itself: it is cancelled, or reaches its time limit.

    Args:
        seconds: Accepted so that all outcomes take it; it makes no difference.
    """
    return Outcome((_act("hang", seconds),))


def _act(ending: object, seconds: float) -> dict[str, Any]:
    return {"seconds": check.seconds("seconds", seconds), "ending": ending}


def _repeated(act: Mapping[str, Any], times: int | None, then: Outcome | None) -> Outcome:
    if then is not None and not isinstance(then, Outcome):
        raise InvalidRequestError(f"then: must be one outcome, such as ok(), not {then!r:.80}")
    if times is None:
        if then is not None:
            raise InvalidRequestError("then: comes after a number of times: pass `times` too")
        return Outcome((act,))
    if type(times) is not int or not 1 <= times <= 1000:
        raise InvalidRequestError(f"times: must be a whole number from 1 to 1000, not {times!r}")
    return Outcome((*[act] * times, *(then or ok()).acts))
