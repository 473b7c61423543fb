"""How long until the command answers? Against an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time

from _measure import median, row, title

ROUNDS = 21


def seconds(*command: str) -> float:
    """The median wall time of a command."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        taken.append(time.perf_counter() - begin)
    return median(taken)


def main() -> None:
    """Prints the rows."""
    title("start of the command")
    base = seconds("-c", "pass")
    row("baseline: python -c pass", f"{base * 1e3:.1f} ms", "1.00 x", "-")
    taken = seconds("-m", "openhands_testgen", "--version")
    ratio = f"{taken / base:.2f} x"
    row("python -m openhands_testgen --version", f"{taken * 1e3:.1f} ms", ratio, "<= 1.5 x")


if __name__ == "__main__":
    main()
