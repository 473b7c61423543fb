"""An eye on what tests do outside of themselves, by an audit hook that nothing can take away.

Files outside of a temporary folder, the network, processes that stay, and the files of the
measurement itself. What is tried counts: what is not there to be deleted here may be there
elsewhere.
"""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable

from otg_journal import Write
from otg_places import MAKING, TOUCHING, Places, touched_by
from otg_processes import STARTING, Process, Processes

#: How many of one kind are recorded for one test.
MOST = 5
#: The audit events of reaching for another machine, by an address or by a name.
BY_ADDRESS = frozenset({"socket.connect", "socket.sendto"})
BY_NAME = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
#: Names of this machine.
LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname()}


class Watch:
    """What is seen of the test that runs now, or of the loading of the test file."""

    def __init__(
        self, write: Write, places: Places, measuring: str, is_agents: Callable[[], bool]
    ) -> None:
        self._write = write
        self._places = places
        self._measuring = os.path.realpath(measuring) if measuring else ""
        self._is_agents = is_agents
        self._processes = Processes()
        self._started: dict[Process, tuple[str | None, str]] = {}
        self._may_have_started = False
        self._seen: dict[str, dict[str, None]] = {}
        self.is_loading = False
        self.is_testing = False
        sys.addaudithook(self._audit)

    def report(self, test: str | None) -> None:
        """Writes down what was seen since the last report."""
        seen, self._seen = self._seen, {}
        for event, items in seen.items():
            self._write(event, test=test, paths=list(items))
        if self._may_have_started:
            self._may_have_started = False
            for process, command in self._processes.fresh().items():
                self._started[process] = (test, command)

    def report_processes(self) -> None:
        """Writes down what still runs when all tests are over."""
        for process in self._processes.still_alive(set(self._started)):
            test, command = self._started[process]
            self._write("running", test=test, paths=[command[:200]])

    # The hook ------------------------------------------------------------------------------------

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if not (self.is_testing or self.is_loading):
            return
        try:
            if event in TOUCHING:
                self._see_files(event, arguments)
            elif event in BY_ADDRESS:
                if isinstance(arguments[1], tuple):  # else a socket in a file
                    self._see_network(arguments[1][0])
            elif event in BY_NAME:
                self._see_network(arguments[0])
            elif event == "sqlite3.connect" and isinstance(arguments[0], (str, bytes)):
                self._see_measuring(os.path.realpath(os.fsdecode(arguments[0])))
            elif event in STARTING:
                self._may_have_started = True
        except Exception:  # of the test's arguments: the call itself will say so
            return

    def _see_files(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._measuring:
            for path in touched_by(event, arguments, to_read=True):
                self._see_measuring(path)
        if self.is_loading and not self._is_agents():
            return
        for path in touched_by(event, arguments):
            if not self._places.may_be_touched(event, path):
                self._see("touched", self._places.shown(path))
            elif event in MAKING and self._is_litter(path):
                self._see("made", path)

    def _is_litter(self, path: str) -> bool:
        """Whether it is about to be made, and must be cleared away by itself."""
        if os.path.lexists(path) or os.path.dirname(path) in self._seen.get("made", ()):
            return False
        return self._places.must_be_cleared(path)

    def _see_measuring(self, path: str) -> None:
        if self._measuring and (path + os.sep).startswith(self._measuring + os.sep):
            self._see("meddled", "opens the files of the measurement")

    def _see_network(self, host: object) -> None:
        if not isinstance(host, (str, bytes)) or is_local(os.fsdecode(host)):
            return
        if not self.is_loading or self._is_agents():
            self._see("reached", os.fsdecode(host))

    def _see(self, event: str, item: str) -> None:
        items = self._seen.setdefault(event, {})
        if len(items) < MOST:
            items[item] = None


def is_local(host: str) -> bool:
    """Whether a name or address is one of this machine."""
    if host.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
