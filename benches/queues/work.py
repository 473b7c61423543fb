"""The work that all queues do: nothing, noted in a file with the time."""

from __future__ import annotations

import os
import time

VARIABLE = "OTG_BENCH_LOG"


def note(number: int) -> None:
    """One line: which task, and when; whole lines of several processes do not mix."""
    log = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(log, f"{number} {time.monotonic_ns()}\n".encode())
    os.close(log)
