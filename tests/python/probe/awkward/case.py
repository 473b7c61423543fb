"""What is an awkward module, and what may come of it?"""

from __future__ import annotations

from dataclasses import dataclass

DOUBLE = '''

def double(number: int) -> int:
    """Twice."""
    if number > 100:
        raise ValueError("too many")
    return number * 2
'''
"""What can always be tested, beside what is awkward."""


@dataclass(frozen=True)
class Case:
    """A project with one module to test.

    Attributes:
        name: what is awkward about it.
        module: its path.
        files: all files of the project, by path; text is UTF-8.
        percent: what the tests cover at least, where there shall be tests.
        avoids: what the tests must not contain, such as a call that kills.
        contains: what the tests must contain.
        refused: words of the error, where there can be no tests.
        soak: only tried with `OTG_SOAK=1`, for the time it takes.
    """

    name: str
    module: str
    files: dict[str, str | bytes]
    percent: float = 0.0
    avoids: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    soak: bool = False


def case(
    name: str,
    source: str | bytes,
    percent: float = 90.0,
    *,
    avoids: tuple[str, ...] = (),
    soak: bool = False,
) -> Case:
    """A project of one module, `subject.py`, that gets tests."""
    return Case(name, "subject.py", {"subject.py": source}, percent, avoids, soak=soak)


def refused(name: str, source: str | bytes, *words: str) -> Case:
    """A project of one module, `subject.py`, that cannot be tested, and why."""
    return Case(name, "subject.py", {"subject.py": source}, refused=words)
