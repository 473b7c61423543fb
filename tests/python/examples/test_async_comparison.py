"""The documents' comparison: every way of it runs, and takes what it must at least."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.mark.parametrize("workers", [0, 3, 5])
def test_each_way_generates_all_modules(
    workers: int, example: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = example("async_comparison")
    monkeypatch.setattr(comparison, "STAGE", 0.01)
    monkeypatch.setattr(comparison, "MODULE", 0.02)

    seconds, result = comparison.run(workers)

    assert result.success, result.stages_failed
    assert result.execution_mode == ("sync" if workers == 0 else "async")
    assert "staging_deployment" in result.stages_completed
    assert seconds >= result.total_execution_time_ms / 1000.0 * 0.9
    if workers:
        assert len(result.openhands_results) == 5
        # Five attempts and two stages in a row, less what they took beside each other.
        spent = result.stage_timings
        assert result.parallel_execution_savings_ms > 0
        assert result.openhands_collection_time_ms == spent["openhands_collection"]
    else:
        assert len(result.stage_results["openhands_test_generation"].generated_tests) == 5
