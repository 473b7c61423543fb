"""A project of four components, as the documents have it, and an environment without settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsTestGenerator

from .handling import MADE, make

COMPONENTS = {
    "auth": '''
"""Passwords and sessions."""


class WeakPassword(ValueError):
    """The password is too easy to guess."""


def check_password(password: str) -> int:
    """Returns a score from 1 to 3."""
    if len(password) < 8:
        raise WeakPassword("at least 8 characters")
    score = 1
    if any(character.isdigit() for character in password):
        score += 1
    if password != password.lower():
        score += 1
    return score


class Session:
    """A user's session, which ends after so many requests."""

    def __init__(self, user: str, requests: int = 3) -> None:
        self.user = user
        self.requests = requests

    def use(self) -> int:
        if self.requests == 0:
            raise PermissionError("the session has ended")
        self.requests -= 1
        return self.requests
''',
    "database": '''
"""A table in memory."""


class Table:
    """Rows by key."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}

    def insert(self, key: str, value: int) -> None:
        if key in self.rows:
            raise KeyError(f"duplicate key {key}")
        self.rows[key] = value

    def get(self, key: str, default: int = 0) -> int:
        return self.rows.get(key, default)

    def total(self) -> int:
        return sum(self.rows.values())
''',
    "cache": '''
"""A cache of fixed size."""

from collections import OrderedDict


class Cache:
    """Forgets what was not used for longest."""

    def __init__(self, size: int = 2) -> None:
        if size < 1:
            raise ValueError("size must be at least 1")
        self.size = size
        self._items: OrderedDict[str, int] = OrderedDict()

    def put(self, key: str, value: int) -> None:
        self._items[key] = value
        self._items.move_to_end(key)
        if len(self._items) > self.size:
            self._items.popitem(last=False)

    def get(self, key: str) -> int | None:
        if key not in self._items:
            return None
        self._items.move_to_end(key)
        return self._items[key]

    def __len__(self) -> int:
        return len(self._items)
''',
    "my_component": '''
"""Grades."""


def grade(points: int) -> str:
    """A letter for 0 to 100 points."""
    if not 0 <= points <= 100:
        raise ValueError(f"points out of range: {points}")
    if points >= 90:
        return "A"
    if points >= 70:
        return "B"
    return "C"
''',
}


@pytest.fixture
def project(empty_project: Path) -> Path:
    """The empty project."""
    return empty_project


@pytest.fixture
def components(project: Path) -> Path:
    """The project with four components."""
    folder = project / "src/components"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name, source in COMPONENTS.items():
        (folder / f"{name}.py").write_text(source.lstrip())
    return project


@pytest.fixture
def stopped_at_the_end() -> Iterator[None]:
    """Whatever `make` has made is stopped."""
    yield
    while MADE:
        asyncio.run(MADE.pop().stop(0))


@pytest.fixture
def generator(stopped_at_the_end: None) -> OpenHandsTestGenerator:
    """One on `memory:`, with two workers."""
    return make()


@pytest.fixture
def program(project: Path) -> Path:
    """Where a program is written: functions are found in it as in any user's main program."""
    return project / "program.py"
