"""Functions that write files where a test must not."""

from pathlib import Path


def above(text: str) -> int:
    return Path("../stolen.txt").write_text(text)


def beside(text: str) -> int:
    return Path("left_behind.txt").write_text(text)


def remove() -> None:
    Path(__file__).unlink()


def double(number: int) -> int:
    """Return twice the number."""
    return number * 2
