"""How long does the workflow of the documents take, at 1:100? Against plain asyncio by hand.

The scenario is that of examples/async_comparison.py, where it is told.
"""

from __future__ import annotations

import sys
from pathlib import Path

from _measure import clean_project, median, row, title

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

ROUNDS = 5


def main() -> None:
    """Prints the rows."""
    clean_project()
    from async_comparison import SCENARIOS, run, run_plain

    title(f"the workflow of five modules, scripted attempts of 0.6 s (medians of {ROUNDS})")
    for workers, name, paper in SCENARIOS:
        by_hand = median([run_plain(workers) for _ in range(ROUNDS)])
        seconds = median([run(workers)[0] for _ in range(ROUNDS)])
        what = f"{name} (on paper {paper:.1f} s, by hand {by_hand:.3f} s)"
        budget = f"<= 1.03 x {paper:.1f} s: {seconds / paper:.3f} x"
        row(what, f"{seconds:.3f} s", f"{seconds / by_hand:.3f} x", budget)


if __name__ == "__main__":
    main()
