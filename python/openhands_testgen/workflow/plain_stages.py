"""Which stages need no command? The specification, a step of test generation, and one left out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from .results import StageOutcome, StageResult


class Skipped:
    """A stage that nobody has configured."""

    def __init__(self, name: str, reason: str) -> None:
        self._result = StageResult(name, True, skipped=reason)

    async def execute(self) -> StageResult:
        """Does nothing, and says why."""
        return self._result


class Step:
    """A step of test generation, awaited."""

    def __init__(self, step: Callable[[], Awaitable[StageOutcome]]) -> None:
        self._step = step

    async def execute(self) -> StageOutcome:
        """Takes the step."""
        return await self._step()


class Specification:
    """The stage that looks at the specification."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def execute(self) -> StageResult:
        """Fails where there is none."""
        return self._read()  # one small file: a thread would take longer

    def _read(self) -> StageResult:
        name = "specification"
        if not self._file.is_file():
            return StageResult(name, False, errors=[f"Specification file not found: {self._file}"])
        text = self._file.read_text(encoding="utf-8", errors="replace")
        outputs = {"spec_file": str(self._file), "content_length": len(text)}
        return StageResult(name, True, outputs)
