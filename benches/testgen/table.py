"""How are the figures told? A row a module, both writers side by side, and the goals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, median

from figures import Figures

WIDTH = 36
HEAD = ("usable", "tests", "cover %", "mutants %", "failing", "lines/line", "seconds")


def head(writers: list[str]) -> str:
    """The two lines above the rows."""
    groups = "".join(f"| {writer:<61} " for writer in writers)
    names = "| " + " ".join(f"{name:>{_width(name)}}" for name in HEAD) + " "
    return f"{'':<{WIDTH}} {groups}\n{'module':<{WIDTH}} {names * len(writers)}"


def row(figures: list[Figures]) -> str:
    """A module."""
    return f"{figures[0].module:<{WIDTH}} " + "".join(_cells(_of(each)) for each in figures)


def summary(of_writers: list[list[Figures]]) -> str:
    """Medians, lowest and means of all modules."""
    takes: list[tuple[str, Callable[[list[float]], float]]] = [
        ("median", median), ("lowest", min), ("highest", max), ("mean", mean),
    ]  # fmt: skip
    lines = []
    for name, take in takes:
        cells = ""
        for figures in of_writers:
            columns = list(zip(*(_numbers(each) for each in figures), strict=True))
            cells += _cells(
                ["", *(f"{take(list(column)):.{_digits(i)}f}" for i, column in enumerate(columns))]
            )
        lines.append(f"{name:<{WIDTH}} {cells}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Goal:
    """What the embedded agent shall reach on all twelve."""

    what: str
    is_met: bool

    def __str__(self) -> str:
        return f"  {self.what}: {'met' if self.is_met else 'MISSED'}"


def goals(figures: list[Figures]) -> list[Goal]:
    """The goals, with what was seen."""
    usable = sum(each.usable for each in figures)
    middle, lowest = median(each.percent for each in figures), min(each.percent for each in figures)
    faults = sum(len(each.failing) + len(each.flickering) for each in figures)
    noticed = mean(each.mutation for each in figures)
    longest = max(each.lines for each in figures)
    return [
        Goal(f"{usable} of {len(figures)} usable as they come (all)", usable == len(figures)),
        Goal(f"median coverage {middle:.1f} % (>= 92 %)", middle >= 92),
        Goal(f"lowest coverage {lowest:.1f} % (>= 75 %)", lowest >= 75),
        Goal(f"{faults} tests that fail or flicker in 10 runs (none)", faults == 0),
        Goal(f"mean mutation score {noticed:.1f} % (>= 75 %)", noticed >= 75),
        Goal(f"at most {longest:.2f} lines of test a line of module (<= 1.2)", longest <= 1.2),
    ]


def _numbers(figures: Figures) -> list[float]:
    bad = len(figures.failing) + len(figures.flickering)
    return [
        figures.tests, figures.percent, figures.mutation, bad, figures.lines, figures.seconds,
    ]  # fmt: skip


def _of(figures: Figures) -> list[str]:
    usable = "yes" if figures.usable else "NO"
    return [usable, *(f"{value:.{_digits(i)}f}" for i, value in enumerate(_numbers(figures)))]


def _digits(column: int) -> int:
    return (0, 1, 1, 0, 2, 0)[column]


def _cells(texts: list[str]) -> str:
    cells = (f"{text:>{_width(name)}}" for text, name in zip(texts, HEAD, strict=True))
    return "| " + " ".join(cells) + " "


def _width(name: str) -> int:
    return max(6, len(name))
