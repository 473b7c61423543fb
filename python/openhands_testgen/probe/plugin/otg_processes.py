"""Which processes has a test left running?"""

import os
import time

#: The audit events after which there may be one more.
STARTING = frozenset(
    {"os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
)
#: What Python itself keeps running to its own end.
PYTHONS_OWN = (b"multiprocessing.resource_tracker", b"multiprocessing.forkserver")
#: By which variable the processes of one run are known, if the one who started it set it.
COOKIE = "OTG_SANDBOX_COOKIE"
#: How long a process that was told to end may take to do so.
PATIENCE_SECONDS = 0.3

#: A process and when it began: ids are used again.
Process = tuple[int, str]


class Processes:
    """What runs beside this process because of it."""

    def __init__(self) -> None:
        self._cookie = f"{COOKIE}={os.environ[COOKIE]}".encode() if COOKIE in os.environ else b""
        self._known: set[Process] = set()

    def fresh(self) -> dict[Process, str]:
        """What has come since this was last asked: the command of each."""
        alive = self._alive()
        fresh = {process: alive[process] for process in alive.keys() - self._known}
        self._known |= alive.keys()
        return fresh

    def still_alive(self, processes: set[Process]) -> set[Process]:
        """Those of some processes that do not end by themselves at once."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while processes and (processes := processes & self._alive().keys()):
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        return processes

    def _alive(self) -> dict[Process, str]:
        """The descendants of this process, and what has its mark."""
        parents, begins = {}, {}
        for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
            stat = content(name, "stat").rpartition(b")")[2].split()
            if name.isdigit() and len(stat) > 19 and stat[0] not in (b"Z", b"X"):
                parents[int(name)] = int(stat[1])
                begins[int(name)] = stat[19].decode()
        ours = {os.getpid()}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        above = ancestors(os.getpid(), parents)
        marked = {pid for pid in parents.keys() - above - ours if self._has_mark(pid)}
        commands = {pid: content(str(pid), "cmdline") for pid in (ours - {os.getpid()}) | marked}
        return {
            (pid, begins[pid]): command.replace(b"\0", b" ").decode("utf-8", "replace").strip()
            for pid, command in commands.items()
            if command and not any(own in command for own in PYTHONS_OWN)
        }

    def _has_mark(self, pid: int) -> bool:
        return bool(self._cookie) and self._cookie in content(str(pid), "environ").split(b"\0")


def ancestors(pid: int, parents: dict[int, int]) -> set[int]:
    """A process and those above it."""
    above: set[int] = set()
    while pid and pid not in above:
        above.add(pid)
        pid = parents.get(pid, 0)
    return above


def content(process: str, file: str) -> bytes:
    """What the kernel tells of a process; nothing if it is gone or not ours."""
    try:
        with open(f"/proc/{process}/{file}", "rb") as opened:
            return opened.read()
    except OSError:
        return b""
