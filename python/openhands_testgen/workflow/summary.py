"""What do people read at the end of a workflow? Each stage, then each module."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import GenerationResult
from .results import WorkflowResult


def lines(result: WorkflowResult) -> Iterator[str]:
    """The report, line by line."""
    ending = "done" if result.success else "failed"
    yield f"{result.component_name}: {ending} in {result.total_execution_time_ms / 1000.0:.1f} s"
    for name, milliseconds in result.stage_timings.items():
        yield f"  {name:<25} {milliseconds / 1000.0:>7.1f} s  {_ending(result, name)}"
    yield from (f"  {module_line(one)}" for one in result.openhands_results)
    if result.execution_mode == "async":
        saved = result.parallel_execution_savings_ms / 1000.0
        yield f"  one after the other would have taken {saved:.1f} s longer"


def module_line(result: GenerationResult) -> str:
    """`src/a.py: 3 tests in tests/test_a.py, coverage 96.2 %`, or why there are none."""
    module = result["module_path"]
    if not result["success"]:
        return f"{module}: {result['error']}"
    detail = result["result"] or {}
    tests = len(detail.get("tests") or [])
    percent = (detail.get("coverage") or {}).get("percent")
    coverage = "" if percent is None else f", coverage {percent:g} %"
    return f"{module}: {tests} tests in {result['output_path']}{coverage}"


def _ending(result: WorkflowResult, name: str) -> str:
    if name in result.stages_skipped:
        return f"skipped: {result.stages_skipped[name]}"
    if name in result.stages_failed:
        errors = result.stage_results[name].errors
        return f"failed: {errors[0].splitlines()[0]}" if errors else "failed"
    return "done"
