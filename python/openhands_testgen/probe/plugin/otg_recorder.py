"""A pytest plug-in that writes down what really happened: each test, each phase, and the end.

Loaded by ``-p otg_recorder``. Each event goes at once to the file named by ``OTG_RECORD``, as a
line of `otg_journal`, so that a test that ends the process still leaves the trace of its start.
Settings come by environment variables, which are taken away before any test sees them:

``OTG_RECORD``        where to write; without it the plug-in does nothing
``OTG_SECRET``        a file with the secret of the record, which is gone after this
``OTG_ORDER``         ``file`` (default) or ``reverse``: every pair of tests the other way round
``OTG_MODULE``        dotted name of the module under test
``OTG_MODULE_FILE``   its file, absolute
``OTG_TEST_SECONDS``  how long one phase of one test may take; 0 for ever
``OTG_WATCH``         a folder; changed files below it, and changes of pytest itself, are recorded
                      per test
``OTG_ROOT``          the root of the project; without it the working directory
``OTG_WRITTEN``       the files that the agent wrote, absolute, with ``:`` between them
``OTG_REFUSE``        where it is set, the module was rewritten by `refuse_functions.py`: its
                      functions are refused while a test runs
"""

import os
import signal
import sys
from collections.abc import Generator
from types import FrameType

import otg_refusal
import pytest
from otg_integrity import Integrity
from otg_journal import is_called_from, open_journal
from otg_places import Places, tree_of
from otg_watch import Watch

#: What one message may hold.
MESSAGE_CHARACTERS = 600

#: Taken when the plug-in is loaded, before any conftest.
SETTINGS = {
    name: os.environ.pop("OTG_" + name, "")
    for name in (
        "RECORD",
        "SECRET",
        "ORDER",
        "MODULE",
        "MODULE_FILE",
        "TEST_SECONDS",
        "WATCH",
        "ROOT",
        "WRITTEN",
        "REFUSE",
    )
}


class Recorder:
    """The open record of one pytest run."""

    def __init__(self, path: str, base: str | None) -> None:
        self._written = frozenset(filter(None, SETTINGS["WRITTEN"].split(":")))
        self._write = open_journal(path, SETTINGS["SECRET"], self._written)
        self._order = SETTINGS["ORDER"]
        self._module = SETTINGS["MODULE"]
        self._module_file = SETTINGS["MODULE_FILE"]
        self._seconds = float(SETTINGS["TEST_SECONDS"] or "0")
        self._watched = SETTINGS["WATCH"]
        self._modules: set[tuple[str, str]] = set()
        self._tree = tree_of(self._watched)
        self._integrity: Integrity | None = None
        self._refusal = otg_refusal.Refusal() if SETTINGS["REFUSE"] else None
        self._within_a_test: list[dict[str, object]] = []
        root = SETTINGS["ROOT"] or os.getcwd()
        self._root = os.path.join(os.path.realpath(root), "")
        measuring = os.path.dirname(path) if SETTINGS["SECRET"] else ""
        self._watch = Watch(self._write, Places(root, base), measuring, self._is_agents)

    # Collection ----------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """From here on code of the agent runs."""
        self._integrity = Integrity()
        self._watch.is_loading = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file or class that could not be collected, or that skips itself."""
        if not report.passed:
            text = message_of(report)
            self._write("uncollected", node=report.nodeid, outcome=report.outcome, text=text)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Puts the tests in the order asked for, after every other plug-in."""
        if self._order == "reverse":
            items.reverse()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What will run, and where the module came from."""
        self._watch.is_loading = False
        self._note_modules()
        self._write_changes(None)
        self._watch.report(None)
        self._check_judges(None)
        self._write("collected", tests=[item.nodeid for item in session.items])

    # Tests ---------------------------------------------------------------------------------------

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._write("start", test=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of a test has ended, or one part of a test that has parts."""
        phase: dict[str, object] = {
            "test": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "xfail": hasattr(report, "wasxfail"),
            "text": "" if report.passed else message_of(report),
        }
        if not is_called_from(self._written):
            self._write("phase", **phase)
        elif not report.passed:  # said while the test runs: believed only against it
            self._within_a_test.append(phase)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test has ended."""
        for phase in self._within_a_test:
            self._write("phase", **phase)
        self._within_a_test = []
        self._write_changes(nodeid)
        self._watch.report(nodeid)
        if self._watched:
            self._check_judges(nodeid)
        if self._refusal:
            self._write("refused", test=nodeid, times=self._refusal.take_times())
        self._write("finish", test=nodeid)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Guards the fixtures."""
        yield from self._guarded()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Guards the test."""
        yield from self._guarded()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, None, None]:
        """Guards the end of the fixtures."""
        yield from self._guarded()

    def _guarded(self) -> Generator[None, None, None]:
        self._set_testing(True)
        try:
            yield from self._within_time()
        finally:
            self._set_testing(False)

    def _set_testing(self, is_testing: bool) -> None:
        self._watch.is_testing = is_testing
        if self._refusal:
            self._refusal.is_armed = is_testing

    def _within_time(self) -> Generator[None, None, None]:
        if not self._seconds:
            yield
            return
        before = signal.signal(signal.SIGALRM, self._too_long)
        signal.setitimer(signal.ITIMER_REAL, self._seconds, 1.0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _too_long(self, _signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"took longer than {self._seconds:g} s", pytrace=False)

    # The end -------------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The last line: without it the record counts for nothing."""
        self._note_modules()
        self._watch.report(None)
        self._watch.report_processes()
        self._check_judges(None)
        if self._refusal:
            self._write("entered", lines=sorted(self._refusal.entered))
        modules = [{"name": name, "file": file} for name, file in sorted(self._modules)]
        self._write("end", exit=int(exitstatus), modules=modules)

    # What is looked at ---------------------------------------------------------------------------

    def _is_agents(self) -> bool:
        """Whether the innermost code of the project that waits for the caller is the agent's."""
        return is_called_from(self._written, within=self._root)

    def _check_judges(self, nodeid: str | None) -> None:
        for name in self._integrity.changes() if self._integrity else ():
            self._write("meddled", test=nodeid, what=f"replaces {name}")

    def _note_modules(self) -> None:
        base = os.path.basename(self._module_file)
        for name, module in list(sys.modules.items()):
            try:
                file = module.__file__
            except Exception:  # a lazy module may raise anything
                continue
            if not isinstance(file, str):
                continue
            if name == self._module or (base and os.path.basename(file) == base):
                file = os.path.realpath(file)
                if name == self._module or file == self._module_file:
                    self._modules.add((name, file))

    def _write_changes(self, nodeid: str | None) -> None:
        if self._watched:
            tree = tree_of(self._watched)
            before = self._tree
            changed = {
                path for path in tree.keys() | before.keys() if tree.get(path) != before.get(path)
            }
            if changed:
                added = changed.isdisjoint(before)
                self._write("changed", test=nodeid, paths=sorted(changed)[:100], only_added=added)
            self._tree = tree


def message_of(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The shortest text that says why: the error line, or the reason of a skip."""
    reason: object = report.longrepr
    crash = getattr(reason, "reprcrash", None)
    if crash is not None:
        text = str(crash.message)
    elif isinstance(reason, tuple):
        text = str(reason[-1])
    else:
        text = str(reason or getattr(report, "wasxfail", ""))
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if isinstance(report, pytest.CollectReport):
        lines = lines[-3:]
    elif crash is None:  # such as a fixture that is not there: what pytest marks as the error
        lines = [line[1:].strip() for line in lines if line.startswith("E ")] or lines
    return "\n".join(lines)[:MESSAGE_CHARACTERS]


def pytest_configure(config: pytest.Config) -> None:
    """Begins the record, if one is asked for."""
    if SETTINGS["RECORD"]:
        config.pluginmanager.register(
            Recorder(SETTINGS["RECORD"], config.getoption("basetemp")), "otg-record"
        )
