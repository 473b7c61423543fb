"""A release gate: asks for tests of all changed modules at once, and decides at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from openhands_testgen import GenerationResult, OpenHandsTestGenerator


@dataclass
class Report:
    """What the gate found out."""

    tested: list[str] = field(default_factory=list)
    untested: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the release may go out."""
        return not self.untested


class ReleaseGate:
    """Decides about a release.

    Args:
        generator: Who is asked; by default the one that the environment names.
        patience_seconds: How long all modules together may take.
    """

    def __init__(
        self, generator: OpenHandsTestGenerator | None = None, patience_seconds: float = 900
    ) -> None:
        """Asks `generator`."""
        self.generator = generator or OpenHandsTestGenerator.from_env()
        self.patience_seconds = patience_seconds

    async def decide(self, modules: Iterable[str], release: str) -> Report:
        """Has tests written for every module; asked again, it submits nothing twice."""
        ids = {
            module: await self.generator.submit_test_generation_task(
                module, idempotency_key=f"{release}:{module}"
            )
            for module in modules
        }
        report = Report()
        ends = await asyncio.gather(*(self._end(task_id) for task_id in ids.values()))
        for module, result in zip(ids, ends, strict=True):
            if result["success"]:
                report.tested.append(module)
            else:
                report.untested[module] = result["error_kind"] or "unknown"
        return report

    async def _end(self, task_id: str) -> GenerationResult:
        try:
            return await self.generator.get_test_generation_results(
                task_id, timeout=self.patience_seconds
            )
        except TimeoutError:
            await self.generator.cancel_task(task_id)
            return await self.generator.get_test_generation_results(task_id)
