"""Runs one scenario under trace, guard and a timer, and says what came of it."""

from __future__ import annotations

import asyncio
import collections.abc
import functools
import io
import itertools
import linecache
import os
import random
import shutil
import signal
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeVar

from .files import Contents, contents
from .guard import Guard
from .helpers import HELPERS
from .names import Names, is_standard
from .patience import HURRIED_STEP_SECONDS, STEP_SECONDS, CallTimeout, Sleeps, WaitsTooLong
from .replay import PYTEST
from .scenario import Scenario
from .silence import Silence
from .trace import Arc, Tracer

Seen = TypeVar("Seen")
ACCIDENTS = (
    TypeError, AttributeError, NameError, RecursionError, MemoryError, SyntaxError, SystemError,
    ImportError, StopIteration, StopAsyncIteration, ReferenceError, Warning,
)  # fmt: skip
"""Exceptions that say that the call was wrong, unless the module raises them itself."""


@dataclass
class Run:
    """What came of one call: a value, an exception, or the reason why it tells nothing."""

    arcs: frozenset[Arc]
    namespace: dict[str, Any] = field(default_factory=dict)
    value: Any = None
    error: BaseException | None = None
    explicit: bool = False
    place: str = ""
    """Where in the module the exception was raised: line numbers, the innermost last."""
    blamed: tuple[str, ...] = ()
    """The names in the condition of the `raise`."""
    by_chance: bool = False
    """Somebody drew a random number."""
    discarded: str = ""
    folder: Path | None = None
    files: Contents | None = None
    """What lies in the folder after the call, as far as a test would show it."""
    iterated: bool = False
    """The value is an iterator; it was walked, and `value` is what it gave."""


FIRST = 1
"""The seed of the run that counts."""
PREFIX_LENGTH = 5
TOO_SLOW = "it does not return in time"
NO_LOOP = "no running event loop"
NEEDS_LOOP = "it needs a running event loop"
REFUSED = "refused"
WAITS = "it waits for too long"


@dataclass
class Prefix:
    """The first items of an iterator."""

    items: list[Any]
    more: bool

    @classmethod
    def of(cls, iterator: collections.abc.Iterator[Any]) -> Prefix:
        """Walk an iterator a few steps; what it raises goes through."""
        items = list(itertools.islice(iterator, PREFIX_LENGTH + 8))
        return (
            cls(items[:PREFIX_LENGTH], True)
            if len(items) == PREFIX_LENGTH + 8
            else cls(items, False)
        )


def is_lazy(value: object) -> bool:
    """Tell whether a value is an iterator that has to be walked to be seen."""
    return isinstance(value, collections.abc.Iterator) and not isinstance(value, io.IOBase)


class Executor:
    """Runs scenarios one after another, each with fresh objects and an empty folder."""

    def __init__(
        self,
        names: Names,
        tracer: Tracer,
        guard: Guard,
        raises: dict[int, tuple[str, ...]],
        path: str,
        sleeps: Sleeps,
        scratch: Path,
        call_seconds: float,
    ) -> None:
        self._names = names
        self._tracer = tracer
        self._guard = guard
        self._raises = raises
        self._path = path
        self._sleeps = sleeps
        self._base = scratch / "home"
        self._spare = (str(self._base), str(scratch / "tmp"))
        self._call_seconds = call_seconds
        self._folder = scratch / "tmp_path" / "test0"
        self._environment = dict(vars(os.environ)["_data"])  # as bytes: the rest is slow
        self._silence = Silence()
        self.refusals: set[int] = set()
        """The lines of `return NotImplemented`."""
        self.helpers: dict[str, Any] = {}
        for source in HELPERS.values():
            exec(source, {"asyncio": asyncio}, self.helpers)
        signal.signal(signal.SIGALRM, _too_slow)
        signal.signal(signal.SIGPROF, _too_slow)

    def run(self, scenario: Scenario, seed: int = FIRST) -> Run:
        """Run a scenario once; with another seed chance decides otherwise and clocks run faster."""
        namespace = {**self._names.namespace, **self.helpers}
        folder = self._fresh_folder() if "tmp_path" in scenario.text else None
        if folder is not None:
            namespace["tmp_path"] = folder
        try:
            setup = [_compiled(text, "exec") for text in scenario.setup]
            call = _compiled(scenario.call, "exec" if scenario.statement else "eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Run(frozenset(), discarded="it cannot be written as source text")
        run = self._guarded(setup, call, namespace, scenario.statement, seed)
        run.namespace = namespace
        run.folder = folder
        if folder is not None and not run.discarded:
            run.files = contents(folder)
        return run

    def look(self, observe: Callable[[], Seen], otherwise: Seen) -> Seen:
        """Look at a value under the same guard and timer, since looking runs the project's code
        too.
        """
        self._guard.forget()
        with self._silence.around():
            signal.setitimer(signal.ITIMER_REAL, self._call_seconds, 0.1)
            self._guard.active = True
            try:
                seen = observe()
            except CallTimeout:
                seen = otherwise
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        self._restore()
        return otherwise if self._guard.tripped else seen

    def in_child(self, action: Callable[[], Seen], cpu_seconds: float) -> Seen | BaseException:
        """Do something under guard and timers in a process that ends soon; return what it gave, or
        the exception.
        """
        self._guard.forget()
        self._sleeps.begin(STEP_SECONDS)
        random.seed(FIRST)
        with self._silence.around():
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds, 0.05)
            signal.setitimer(signal.ITIMER_REAL, 3 * cpu_seconds, 0.1)
            self._guard.active = True
            try:
                done: Seen | BaseException = action()
            except BaseException as error:
                done = error
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                self._guard.active = False
        if self._guard.touched:
            os.chdir(self._base)
        return PermissionError(self._guard.tripped) if self._guard.tripped else done

    def failure(
        self, code: CodeType, text: str, space: dict[str, Any], cpu_seconds: float
    ) -> BaseException | None:
        """Run a program in a process that ends soon; return what it raises.

        `space` has the names of a module that was run anew.
        """
        namespace = {**self._names.namespace, **self.helpers, "pytest": PYTEST}
        namespace.update(self._names.own(space) if space else {})
        if "tmp_path" in text:
            namespace["tmp_path"] = self._fresh_folder()
        return self.in_child(lambda: exec(code, namespace), cpu_seconds)

    def evaluate(self, text: str) -> tuple[bool, Any]:
        """Evaluate an expression; return whether it worked, and its value."""
        run = self.run(Scenario("", text.replace("{", "{{").replace("}", "}}")))
        return run.error is None and not run.discarded, run.value

    def _guarded(
        self,
        setup: list[CodeType],
        call: CodeType,
        namespace: dict[str, Any],
        statement: bool,
        seed: int,
    ) -> Run:
        self._guard.forget()
        self._sleeps.begin(STEP_SECONDS if seed == FIRST else HURRIED_STEP_SECONDS)
        random.seed(seed)
        value: Any = None
        error: BaseException | None = None
        discarded, inside, iterated = "", False, False
        with self._silence.around():
            warnings.simplefilter("ignore")
            signal.setitimer(signal.ITIMER_REAL, self._call_seconds, 0.1)
            self._guard.active = True
            self._tracer.start()
            try:
                for step in setup:
                    exec(step, namespace)
                inside = True
                if statement:
                    exec(call, namespace)
                else:
                    value = eval(call, namespace)
                if is_lazy(value):
                    iterated = True
                    value = Prefix.of(value)
            except WaitsTooLong:
                discarded = WAITS
            except CallTimeout:
                discarded = TOO_SLOW
            except BaseException as caught:
                error = caught
            finally:
                self._tracer.stop()
                signal.setitimer(signal.ITIMER_REAL, 0)
        arcs = self._tracer.take()
        self._restore()
        run = Run(arcs, value=value, error=error, discarded=discarded, iterated=iterated)
        run.by_chance = random.random() != random.Random(seed).random()
        self._judge(run, inside)
        return run

    def _restore(self) -> None:
        self._guard.active = False
        if vars(os.environ)["_data"] != self._environment:
            os.environ.clear()
            os.environ.update(
                {os.fsdecode(name): os.fsdecode(text) for name, text in self._environment.items()}
            )
        if self._guard.touched:
            os.chdir(self._base)

    def _judge(self, run: Run, inside: bool) -> None:
        if self._guard.tripped:
            run.discarded = self._guard.tripped
        elif self._guard.touched and self._leaves_files():
            run.discarded = "it writes into the working directory"
        if run.discarded or run.error is None:
            return
        run.explicit = self._is_explicit(run.error)
        lines = self._lines_of(run.error)
        run.place = " ".join(str(line) for line in lines[-2:])
        run.blamed = self._raises.get(lines[-1], ()) if lines else ()
        if self._is_refused(run):
            run.explicit, run.place = True, REFUSED
        if not inside:
            run.discarded = "its object cannot be made"
        elif isinstance(run.error, RuntimeError) and str(run.error) == NO_LOOP:
            run.discarded = NEEDS_LOOP
        elif isinstance(run.error, (KeyboardInterrupt, GeneratorExit)):
            run.discarded = "it is interrupted"
        elif isinstance(run.error, ACCIDENTS) and not run.explicit:
            run.discarded = "no fitting arguments were found"
        elif isinstance(run.error, (RecursionError, MemoryError)):
            run.discarded = "it exhausts the stack or the memory"
        elif not run.place:
            run.discarded = "no fitting arguments were found"

    def _is_refused(self, run: Run) -> bool:
        """Tell whether Python raised what an operator's `return NotImplemented` asks for."""
        if not isinstance(run.error, TypeError) or run.place:
            return False
        return any(end in self.refusals for _, end in run.arcs)

    def _is_explicit(self, error: BaseException) -> bool:
        """Tell whether a `raise` statement of the project made this exception."""
        places = _places(error)
        if not places:
            return False
        file, line = places[-1]
        if file == self._path:
            return line in self._raises
        if any(other == self._path for other, _ in places):
            if not is_standard(type(error).__module__):
                return True
            return linecache.getline(file, line).strip().startswith("raise")
        return False

    def _lines_of(self, error: BaseException) -> list[int]:
        """Return the lines of the module that an exception came through, the innermost last."""
        return [line for file, line in _places(error) if file == self._path]

    def _leaves_files(self) -> bool:
        """Tell whether a call left files where a user's own run would leave them too.

        Remove them.
        """
        left = False
        for folder in self._spare:
            with os.scandir(folder) as entries:
                for entry in list(entries):
                    left = True
                    remove(Path(entry.path))
        return left

    def _fresh_folder(self) -> Path:
        return fresh_folder(self._folder)


def _places(error: BaseException) -> list[tuple[str, int]]:
    """Return file and line of each call that an exception came through, the innermost last."""
    walk = traceback.walk_tb(error.__traceback__)
    return [(frame.f_code.co_filename, line) for frame, line in walk]


@functools.lru_cache(maxsize=2048)
def _compiled(text: str, mode: str) -> CodeType:
    code: CodeType = compile(text, "<test>", mode)
    return code


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise CallTimeout


def fresh_folder(folder: Path) -> Path:
    """Make an empty folder the way pytest's `tmp_path` is.

    Nothing of earlier calls lies beside it.
    """
    if folder.parent.exists():
        remove(folder.parent)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def remove(path: Path) -> None:
    """Delete a file or a folder, whatever its permissions are."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    path.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)


def forget(run: Run) -> None:
    """Drop what a run holds, so that half-run coroutines and generators end here, not later."""
    run.namespace.clear()
    run.value = None
    run.error = None
