"""How does one run of a workflow go? It runs stages, times each, and keeps what they came to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from .results import AsyncOpenHandsStageResult, StageResult, WorkflowResult
from .stage import Stage, outcome_of

_LOGGER = logging.getLogger("openhands_testgen.workflow")
_Outcome = TypeVar("_Outcome")


@dataclass
class WorkflowRun:
    """One run, from its beginning to its report."""

    result: WorkflowResult
    config: dict[str, Any]
    project_root: Path
    component_path: Path
    words: Mapping[str, str]
    _begin: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        """The component's path is a word of commands too."""
        self.words = {**self.words, "component_path": str(self.component_path)}

    async def stage(self, name: str, make: Callable[[], Stage]) -> bool:
        """Runs a stage and keeps what it came to; answers whether the next one may begin."""
        begin = time.perf_counter()
        outcome = await outcome_of(name, make)
        milliseconds = (time.perf_counter() - begin) * 1000.0
        self.result.stage_timings[name] = milliseconds
        self.result.stage_results[name] = outcome
        skipped = None
        if isinstance(outcome, StageResult):
            outcome.execution_time_ms = milliseconds
            skipped = outcome.skipped
        if skipped is not None:
            self.result.stages_skipped[name] = skipped
            _LOGGER.info("%s: skipped: %s", name, skipped)
        elif outcome.success:
            self.result.stages_completed.append(name)
            _LOGGER.info("%s: completed in %.1f s", name, milliseconds / 1000.0)
        else:
            self.result.stages_failed.append(name)
            reason = outcome.errors[0] if outcome.errors else "no reason was given"
            _LOGGER.warning("%s: failed: %s", name, reason)
        return bool(outcome.success)

    def outcome(self, name: str, kind: type[_Outcome]) -> _Outcome:
        """What a stage came to, or an empty outcome of this kind where it was not that."""
        outcome = self.result.stage_results.get(name)
        return outcome if isinstance(outcome, kind) else kind()

    def count_savings(self, elapsed_seconds: float) -> None:
        """Takes over what was collected; `elapsed_seconds` is the time since submission began."""
        result = self.result
        collected = self.outcome("openhands_collection", AsyncOpenHandsStageResult)
        result.openhands_collection_time_ms = result.stage_timings["openhands_collection"]
        before = ("specification", "testing", "openhands_collection")
        stages = [spent for name, spent in result.stage_timings.items() if name not in before]
        in_turn = sum(stages) + float(collected.outputs.get("attempts_time_ms", 0.0))
        result.parallel_execution_savings_ms = max(0.0, in_turn - elapsed_seconds * 1000.0)

    def end(self) -> WorkflowResult:
        """The result, complete."""
        self.result.success = not self.result.stages_failed
        self.result.total_execution_time_ms = (time.perf_counter() - self._begin) * 1000.0
        return self.result
