"""What the tests leave out, and why, in words for the report and the head of the test file."""

from __future__ import annotations

from .exploration import Exploration
from .measure import Layout
from .trace import Arc

MAX_SPOKEN = 6
NOT_REACHED = "not reached"


def left_out(layout: Layout, arcs: set[Arc], exploration: Exploration) -> list[dict[str, str]]:
    """Return the functions with lines that no test reaches, each with the best known reason."""
    missing = set(layout.missing(arcs))
    found = []
    for name, (first, last) in layout.functions.items():
        lines = {line for line in layout.lines if first < line <= last}
        lost = sorted(lines & missing)
        if lost:
            whole = len(lost) == len(lines)
            found.append({"name": name, "reason": _reason(name, lost, whole, exploration)})
    return found


def spoken(entries: list[dict[str, str]]) -> tuple[str, ...]:
    """Return the entries as short phrases, the first few of them."""
    parts = [entry["name"] for entry in entries if entry["reason"].endswith(NOT_REACHED)]
    whole = [entry for entry in entries if entry["name"] not in parts]
    phrases = [f"{entry['name']}() ({entry['reason']})" for entry in whole[:MAX_SPOKEN]]
    if len(whole) > MAX_SPOKEN:
        phrases.append(f"{len(whole) - MAX_SPOKEN} other functions")
    if parts:
        more = f" and {len(parts) - MAX_SPOKEN} others" if len(parts) > MAX_SPOKEN else ""
        phrases.append(f"parts of {', '.join(f'{name}()' for name in parts[:MAX_SPOKEN])}{more}")
    return tuple(phrases)


def _reason(name: str, lost: list[int], whole: bool, exploration: Exploration) -> str:
    if name in exploration.deaths:
        return exploration.deaths[name]
    reasons: dict[str, str] = exploration.summary.get("reasons", {})
    known = reasons.get(name)
    if whole and known is not None:
        return known
    if whole:
        private = name.rpartition(".")[2].startswith("_") and not name.endswith("__")
        return "nothing public reaches it" if private else "no fitting arguments were found"
    return f"{_lines(lost)} {NOT_REACHED}"


def _lines(numbers: list[int]) -> str:
    """Return `line 4` or `lines 4-6, 9`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans[:4])
    more = " …" if len(spans) > 4 else ""
    return f"line{'s' if len(numbers) > 1 else ''} {text}{more}"
