"""Swallows what project code prints, so that nobody takes it for a word of ours."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TextIO


class Silence:
    """The standard streams lead nowhere while a block under it runs."""

    def __init__(self) -> None:
        self._nowhere = _nowhere()

    @contextlib.contextmanager
    def around(self) -> Iterator[None]:
        """Swallow what the block prints."""
        nowhere = self._nowhere
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            yield


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
