"""An orchestrator for the tests of workflows, and how it may be run."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen.workflow import WorkflowOrchestrator, WorkflowResult, function_stage


def run_beside(orchestrator: WorkflowOrchestrator) -> WorkflowResult:
    return asyncio.run(orchestrator.run_async_with_parallel_openhands())


both_ways = pytest.mark.parametrize("run", [WorkflowOrchestrator.run, run_beside])


def configure(project: Path, *lines: str) -> None:
    table = "\n".join(["[tool.openhands-testgen.workflow]", *lines])
    (project / "pyproject.toml").write_text(f"{table}\n")


def python(text: str) -> str:
    return json.dumps([sys.executable, "-c", text])


def make(**options: Any) -> WorkflowOrchestrator:
    return WorkflowOrchestrator("spec.md", "school", **options)


def stages(orchestrator: WorkflowOrchestrator, order: list[str], *names: str) -> None:
    """Stages that write down that they ran."""
    for name in names:
        orchestrator.stages[name] = function_stage(name, partial(order.append, name))
