"""Runs a child process that may crash, hang or fork, and says how it ended."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .request import Request

POLL_SECONDS = 0.02
MEMORY_BYTES = 4 << 30
FILE_BYTES = 64 << 20


@dataclass(frozen=True)
class End:
    """How a child ended."""

    finished: bool
    """It ended by itself with exit code 0."""
    hung: bool
    """It was killed, since its journal stood still or its time was up."""
    code: int
    cpu_seconds: float

    @property
    def description(self) -> str:
        """What happened, for a message."""
        if self.code < 0:
            return f"signal {signal.Signals(-self.code).name}"
        return f"exit code {self.code}"


@dataclass(frozen=True)
class Watch:
    """How long a child may be silent, before and after its first sign of life, and how long it may
    live.
    """

    journal: Path
    first_seconds: float
    silent_seconds: float
    total_seconds: float


@dataclass(frozen=True)
class World:
    """What differs between one run of the project's code and the next."""

    hash_seed: int = 0
    zone: str = "UTC"
    folder: str = "home"
    """The working directory, inside the scratch folder."""


def run_child(part: str, order: Path, request: Request, watch: Watch, world: World) -> End:
    """Start `explore.py PART ORDER` in a session of its own; when it ends, its whole group ends."""
    scratch = Path(request.scratch)
    script = Path(__file__).resolve().parent.parent / "explore.py"
    before = _children_cpu()
    with open(scratch / f"{part.strip('-')}.err", "ab") as errors:
        process = subprocess.Popen(
            [sys.executable, str(script), part, str(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=scratch / world.folder,
            env=_environment(scratch, world),
            start_new_session=True,
            preexec_fn=_limit,
        )
        try:
            hung = _wait(process, watch)
        finally:
            _kill_group(process)
    return End(
        process.returncode == 0 and not hung, hung, process.returncode, _children_cpu() - before
    )


def _wait(process: subprocess.Popen[bytes], watch: Watch) -> bool:
    """Wait for the end; return whether it had to be killed."""
    started = changed = time.monotonic()
    size = 0
    while process.poll() is None:
        time.sleep(POLL_SECONDS)
        now = time.monotonic()
        current = watch.journal.stat().st_size if watch.journal.exists() else 0
        if current != size:
            size, changed = current, now
        limit = watch.first_seconds if size <= len(". \n") else watch.silent_seconds
        if now - changed > limit or now - started > watch.total_seconds:
            return True
    return False


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(scratch: Path, world: World) -> dict[str, str]:
    dropped = ("PYTEST_", "COVERAGE_", "COV_", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONWARNINGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "PYTHONHASHSEED": str(world.hash_seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TZ": world.zone,
    }


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
    ):
        _, hard = resource.getrlimit(kind)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, limit))


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
