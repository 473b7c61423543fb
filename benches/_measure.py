"""How is a figure taken? Medians of rounds, printed as ratios to a baseline of the same run."""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROUNDS = 7


def median(values: list[float]) -> float:
    """The middle one: the machine may be busy with other things."""
    return statistics.median(values)


def quantile(values: list[float], part: float) -> float:
    """The value below which `part` of them lie."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


async def thread_cpu_per_call(call: Callable[[], Awaitable[object]], calls: int) -> float:
    """CPU nanoseconds of the calling thread for one awaited call, the median of some rounds."""
    rounds = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            begin = time.thread_time_ns()
            for _ in range(calls):
                await call()
            rounds.append((time.thread_time_ns() - begin) / calls)
    finally:
        gc.enable()
    return median(rounds)


def row(what: str, figure: str, ratio: str, budget: str) -> None:
    """Prints one line of the table."""
    print(f"  {what:<58} {figure:>18}  {ratio:>10}   budget {budget}")


def title(text: str) -> None:
    """Prints the head of a group of rows."""
    print(f"\n{text}")


def clean_project() -> Path:
    """A temporary project as working directory; no setting comes from the machine."""
    for name in list(os.environ):
        if name.startswith(("OPENHANDS_", "LLM_", "OPENROUTER_")):
            del os.environ[name]
    os.environ["OPENHANDS_AGENT"] = "local"
    os.environ["OPENHANDS_ENV_FILE"] = ""
    os.environ["OPENHANDS_PROJECT_PYTHON"] = sys.executable
    root = Path(tempfile.mkdtemp(prefix="openhands-testgen-bench-"))
    (root / "pyproject.toml").touch()
    os.chdir(root)
    return root
