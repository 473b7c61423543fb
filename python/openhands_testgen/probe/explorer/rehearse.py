"""Do the written tests hold in a fresh process? Runs a test file the way pytest would, under guard
and trace.

It knows only what the written files use: functions, `parametrize`, plain fixtures, `tmp_path`.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any, TextIO

from .clock import reads_clock, shift
from .execute import fresh_folder
from .guard import Guard
from .journal import Journal
from .request import Request
from .silence import Silence
from .trace import Tracer

TestCase = tuple[str, FunctionType, dict[str, Any]]


class TestTimeout(BaseException):
    """The test did not end in time."""


@dataclass(frozen=True)
class Order:
    """What the parent wants of this rehearsal."""

    request: Request
    draft: str
    journal: str
    results: str
    only: tuple[str, ...]
    skip: tuple[str, ...]
    backwards: bool
    shift_seconds: int

    @classmethod
    def read(cls, path: str) -> Order:
        """Read the order file."""
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        data["request"] = Request.read(data["request"])
        data["only"], data["skip"] = tuple(data["only"]), tuple(data["skip"])
        return cls(**data)


def main(path: str) -> int:
    """Do what the order file says; the result is one line a test in the results file."""
    order = Order.read(path)
    if order.shift_seconds:
        shift(order.shift_seconds)
    guard = Guard(order.request.scratch)
    guard.install()
    with open(order.results, "a", encoding="utf-8") as output:
        _Rehearsal(order, guard, output).run()
    sys.stdout.flush()
    os._exit(0)


class _Rehearsal:
    def __init__(self, order: Order, guard: Guard, output: TextIO) -> None:
        self._order = order
        self._guard = guard
        self._output = output
        self._journal = Journal(order.journal)
        self._tracer = Tracer(str(order.request.module_file))
        self._silence = Silence()
        self._folder = Path(order.request.scratch) / "tmp_path" / "test0"
        self._clock = False
        self._start = os.getcwd()
        self._space: dict[str, Any] = {}
        self._fixtures: set[str] = set()
        self._made: list[str] = []
        """The fixtures that the test of the moment asks for."""

    def run(self) -> None:
        """Import, collect, run each test."""
        importlib.import_module("pytest")
        self._journal.alive()
        sys.path.insert(0, str(self._order.request.root))
        warnings.simplefilter("ignore")
        signal.signal(signal.SIGALRM, _too_slow)
        self._tracer.start()
        with self._silence.around():
            importlib.import_module(self._order.request.module_name)
        text = Path(self._order.draft).read_text(encoding="utf-8")
        space: dict[str, Any] = {"__name__": "draft"}
        tree = ast.parse(text)
        self._fixtures = _take_fixtures(tree)
        with self._silence.around():
            exec(compile(tree, self._order.draft, "exec"), space)
        self._space = space
        self._tracer.stop()
        self._say("", "", True)
        cases = [case for case in collect(space) if self._is_wanted(case[0])]
        for name, function, arguments in reversed(cases) if self._order.backwards else cases:
            self._journal.about_to(name, name)
            self._say(name, *self._verdict(function, arguments))

    def _is_wanted(self, name: str) -> bool:
        return name not in self._order.skip and (not self._order.only or name in self._order.only)

    def _verdict(self, function: FunctionType, arguments: dict[str, Any]) -> tuple[str, bool]:
        """Return why a test fails, empty if it holds, and whether it asked for the time."""
        code = function.__code__
        needed = code.co_varnames[: code.co_argcount]
        if "tmp_path" in needed:
            arguments = {**arguments, "tmp_path": fresh_folder(self._folder)}
        self._guard.forget()
        self._clock = False
        # What a case brings goes before a fixture of the same name.
        self._made = [name for name in needed if name in self._fixtures and name not in arguments]
        reason = self._call(function, arguments)
        return self._guard.tripped or reason, self._clock

    def _call(self, function: FunctionType, arguments: dict[str, Any]) -> str:
        signal.setitimer(signal.ITIMER_REAL, 2 * self._order.request.call_seconds + 1, 0.1)
        self._guard.active = True
        self._tracer.start()
        sys.setprofile(self._profile)
        try:
            with self._silence.around():
                made = {name: self._space[name]() for name in self._made}
                function(**arguments, **made)
        except BaseException as error:
            return f"{type(error).__name__}: {error}"[:200]
        finally:
            sys.setprofile(None)
            self._tracer.stop()
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._guard.active = False
            os.chdir(self._start)
        return ""

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "c_call" and reads_clock(argument):
            self._clock = True

    def _say(self, name: str, reason: str, clock: bool) -> None:
        line = {
            "test": name,
            "reason": reason,
            "clock": clock,
            "arcs": sorted(self._tracer.take()),
        }
        self._output.write(json.dumps(line) + "\n")
        self._output.flush()


def _take_fixtures(tree: ast.Module) -> set[str]:
    """Make plain functions of the fixtures of a draft; return their names."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(each) for each in node.decorator_list]
            if "pytest.fixture" in marks:
                node.decorator_list.clear()
                found.add(node.name)
    return found


def collect(space: dict[str, Any]) -> Iterator[TestCase]:
    """Yield `(id, function, arguments)` of each test in a namespace."""
    for name, function in list(space.items()):
        if not name.startswith("test_"):
            continue
        marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
        if not marks:
            yield name, function, {}
        for mark in marks:
            names, rows = mark.args
            names = (names,) if isinstance(names, str) else names
            for row in rows:
                yield f"{name}[{row.id}]", function, dict(zip(names, row.values, strict=True))


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TestTimeout("it takes too long")
