"""A pytest plug-in that writes down what really happened: each test, each phase, and the end.

Loaded by ``-p otg_recorder``. One JSON object a line goes to the file named by ``OTG_RECORD``, at
once, so that a test that ends the process still leaves the trace of its start. Settings come by
environment variables, which are taken out of the environment before any test sees them:

``OTG_RECORD``        where to write; without it the plug-in does nothing
``OTG_ORDER``         ``file`` (default) or ``reverse``: every pair of tests the other way round
``OTG_MODULE``        dotted name of the module under test
``OTG_MODULE_FILE``   its file, absolute
``OTG_TEST_SECONDS``  how long one phase of one test may take; 0 for ever
``OTG_WATCH``         a folder; changed files below it are recorded per test
``OTG_ROOT``          the root of the project; without it the working directory

What a test does to files outside of a temporary folder is recorded when it tries to: what is not
there to be deleted here may be there elsewhere.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Generator
from types import FrameType

import pytest

#: Written by tools, not by tests: changes of these are nobody's fault.
CACHES = frozenset({"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"})
#: What one message may hold.
MESSAGE_CHARACTERS = 600
#: How many paths of one test are recorded.
TOUCHED_PATHS = 5

#: The audit events of what is done to files: where among the arguments are the path and the
#: descriptor of its folder, if there is one?
TOUCHING: dict[str, tuple[tuple[int, int | None], ...]] = {
    "open": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.link": ((1, 3),),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.removexattr": ((0, None),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.setxattr": ((0, None),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.utime": ((0, 3),),
    "shutil.chown": ((0, None),),
    "shutil.copyfile": ((1, None),),
    "shutil.copymode": ((1, None),),
    "shutil.copystat": ((1, None),),
    "shutil.copytree": ((1, None),),
    "shutil.make_archive": ((0, None),),
    "shutil.move": ((0, None), (1, None)),
    "shutil.rmtree": ((0, 1),),
    "shutil.unpack_archive": ((1, None),),
}
#: Those that act on the link itself, not on what it leads to.
OF_NAMES = frozenset(
    {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "shutil.move"}
)
#: Flags of ``open`` for more than reading.
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Stamp = tuple[int, int]

#: Taken when the plug-in is loaded, before any conftest.
SETTINGS = {
    name: os.environ.pop("OTG_" + name, "")
    for name in ("RECORD", "ORDER", "MODULE", "MODULE_FILE", "TEST_SECONDS", "WATCH", "ROOT")
}


class Recorder:
    """The open record of one pytest run."""

    def __init__(self, path: str, base: str | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o600)
        self._process = os.getpid()
        self._order = SETTINGS["ORDER"]
        self._module = SETTINGS["MODULE"]
        self._module_file = SETTINGS["MODULE_FILE"]
        self._seconds = float(SETTINGS["TEST_SECONDS"] or "0")
        self._watched = SETTINGS["WATCH"]
        self._modules: set[tuple[str, str]] = set()
        self._tree = tree_of(self._watched)
        self._places = Places(SETTINGS["ROOT"] or os.getcwd(), base)
        self._in_test = False
        self._touched: dict[str, None] = {}
        sys.addaudithook(self._audit)

    def write(self, event: str, **fields: object) -> None:
        """Adds one line; a forked child writes nothing."""
        if os.getpid() == self._process:
            line = json.dumps({"event": event, **fields}) + "\n"
            os.write(self._file, line.encode("ascii"))

    # Collection ----------------------------------------------------------------------------------

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file or class that could not be collected, or that skips itself."""
        if not report.passed:
            self.write(
                "uncollected", node=report.nodeid, outcome=report.outcome, text=message_of(report)
            )

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Puts the tests in the order asked for, after every other plug-in."""
        if self._order == "reverse":
            items.reverse()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What will run, and where the module came from."""
        self._note_modules()
        self._write_changes(None)
        self.write("collected", tests=[item.nodeid for item in session.items])

    # Tests ---------------------------------------------------------------------------------------

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.write("start", test=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of a test has ended."""
        self.write(
            "phase",
            test=report.nodeid,
            when=report.when,
            outcome=report.outcome,
            xfail=hasattr(report, "wasxfail"),
            text="" if report.passed else message_of(report),
        )

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test has ended."""
        self._write_changes(nodeid)
        if self._touched:
            self.write("touched", test=nodeid, paths=list(self._touched))
            self._touched = {}
        self.write("finish", test=nodeid)

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
        self._in_test = True
        try:
            yield from self._within_time()
        finally:
            self._in_test = False

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

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._in_test and event in TOUCHING and len(self._touched) < TOUCHED_PATHS:
            try:
                for path in touched_by(event, arguments):
                    if not self._places.may_be_touched(event, path):
                        self._touched[self._places.shown(path)] = None
            except Exception:  # of the test's arguments: the call itself will say so
                return

    # The end -------------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The last line: without it the record counts for nothing."""
        self._note_modules()
        modules = [{"name": name, "file": file} for name, file in sorted(self._modules)]
        self.write("end", exit=int(exitstatus), modules=modules)

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
                self.write("changed", test=nodeid, paths=sorted(changed)[:100], only_added=added)
            self._tree = tree


class Places:
    """Which folders are temporary, and which are not, all without links."""

    def __init__(self, root: str, base: str | None) -> None:
        temporary = {tempfile.gettempdir(), os.environ.get("TMPDIR"), base, "/tmp", "/dev"}
        self._temporary = {os.path.realpath(folder) for folder in temporary if folder}
        self._root = os.path.realpath(root)
        self._home = os.path.realpath(os.path.expanduser("~"))
        self._kept = {self._root, self._home, os.path.realpath(os.curdir)}

    def may_be_touched(self, event: str, path: str) -> bool:
        """Whether it is in a temporary folder: the innermost folder of those known decides."""
        if not CACHES.isdisjoint(path.split(os.sep)) or path.endswith(".pyc"):
            return True
        if event == "os.mkdir" and os.path.isdir(path):
            return True  # in vain, here and elsewhere
        folder = path if event in ("open", "os.mkdir") else os.path.dirname(path)
        if path in self._kept:
            return False
        while folder not in self._kept:
            if folder in self._temporary:
                return True
            folder, inner = os.path.dirname(folder), folder
            if folder == inner:
                return False
        return False

    def shown(self, path: str) -> str:
        """The path as a user would write it."""
        for folder, name in ((self._root, ""), (self._home, "~")):
            if os.path.join(path, "").startswith(os.path.join(folder, "")):
                path = os.path.join(name, os.path.relpath(path, folder))
                break
        return os.fsencode(path).decode("utf-8", "replace")


def touched_by(event: str, arguments: tuple[object, ...]) -> list[str]:
    """The paths, absolute and without links, that an audited call is about to change."""
    if event == "open":
        _, mode, flags = arguments
        writes = isinstance(flags, int) and flags & WRITING
        if not writes and not (isinstance(mode, str) and set("wax+") & set(mode)):
            return []
    paths = []
    for place, folder_place in TOUCHING[event]:
        given = arguments[place]
        if isinstance(given, int):
            continue  # opened before
        path = os.fsdecode(given)  # type: ignore[arg-type]
        if folder_place is not None and folder_place < len(arguments):
            folder = arguments[folder_place]
            if isinstance(folder, int) and folder >= 0:
                path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        path = os.path.abspath(path)
        if event in OF_NAMES:
            parent, name = os.path.split(path)
            paths.append(os.path.join(os.path.realpath(parent), name))
        else:
            paths.append(os.path.realpath(path))
    return paths


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
    return "\n".join(lines)[:MESSAGE_CHARACTERS]


def tree_of(root: str) -> dict[str, Stamp]:
    """Size and time of every file and folder below ``root``, by relative path."""
    tree: dict[str, Stamp] = {}
    for folder, folders, files in os.walk(root) if root else ():
        folders[:] = [name for name in folders if name not in CACHES]
        for name in files + folders:
            path = os.path.join(folder, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            stamp = (-1, -1) if name in folders else (status.st_size, status.st_ctime_ns)
            tree[os.path.relpath(path, root)] = stamp
    return tree


def pytest_configure(config: pytest.Config) -> None:
    """Begins the record, if one is asked for."""
    if SETTINGS["RECORD"]:
        config.pluginmanager.register(
            Recorder(SETTINGS["RECORD"], config.getoption("basetemp")), "otg-record"
        )
