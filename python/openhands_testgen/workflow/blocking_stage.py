"""Test generation as a stage that blocks: one module after the other."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from .._blocking import run_blocking
from ..generator import OpenHandsTestGenerator
from ..types import GenerationResult
from .generation import GenerationStage, has_ended, new_generator, statuses_of, text_of
from .results import OpenHandsStageResult, failed_result

_LOGGER = logging.getLogger("openhands_testgen.workflow")
_BREAKER_IS_OPEN = "Circuit breaker open"


class OpenHandsTestGenerationStage(GenerationStage):
    """Has tests written for every module of a component, and waits for them."""

    __module__ = __package__  # where its generator is looked up by name

    results: list[GenerationResult]
    """One for each module that was begun, after `execute`."""

    def execute(self) -> OpenHandsStageResult:
        """Generates tests for one module after the other; works within a running loop too.

        Never raises: what went wrong stands in `errors`. Partial success is success.
        """
        return run_blocking(self.run)

    async def run(self) -> OpenHandsStageResult:
        """What `execute` does, awaited.

        Cancelling it cancels no task: its generator is stopped at once, and what has not ended goes
        back to the store.
        """
        result, self.results = OpenHandsStageResult(), []
        own = self.generator is None
        try:
            generator = self.generator or new_generator()
        except Exception as error:
            result.errors.append(f"Failed to initialize OpenHands: {text_of(error)}")
            return result
        self.generator = generator
        try:
            await self._generate_all(generator, result)
        except asyncio.CancelledError:
            if own:
                self.generator = None
                await generator.stop(grace_seconds=0.0)
            raise
        if own:
            self.generator = None
            task_ids = [one["task_id"] for one in self.results if one["task_id"]]
            # What runs on after a wait that was over keeps its generator.
            if all(map(has_ended, await statuses_of(generator, task_ids))):
                await generator.stop()
        return result

    async def _generate_all(
        self, generator: OpenHandsTestGenerator, result: OpenHandsStageResult
    ) -> None:
        modules, errors = await self.plan()
        result.errors.extend(errors)
        if not modules:
            return
        for module, test_file in modules.items():
            outcome = await self._generate(generator, module, test_file)
            self.results.append(outcome)
            if outcome["success"]:
                result.generated_tests.append(str(module))
                _LOGGER.info("%s: tests generated", module)
                continue
            error = outcome["error"] or "no reason was given"
            if error.startswith(_BREAKER_IS_OPEN):
                result.errors.append(error)
                break
            result.errors.append(f"Failed to generate tests for {module}: {error}")
            _LOGGER.warning("%s: no tests generated: %s", module, error)
        result.success = bool(result.generated_tests)
        percents = [_percent(one) for one in self.results if one["success"]]
        result.coverage_improvement = sum(percents) / len(percents) if percents else 0.0
        result.outputs = {
            "component_path": str(self.component_path),
            "modules_found": len(modules),
            "tests_generated": len(result.generated_tests),
            "coverage_threshold": self.coverage_threshold,
        }

    async def _generate(
        self, generator: OpenHandsTestGenerator, module: Path, test_file: Path
    ) -> GenerationResult:
        nothing = failed_result(str(module), None)
        try:
            request = self.request(module, test_file)
            answer = await generator.generate_tests(**request, timeout=self.timeout)
        except Exception as error:
            return {**nothing, "error": text_of(error)}
        return {**nothing, **answer}  # an open circuit breaker answers less than all


def _percent(result: GenerationResult) -> float:
    detail = result["result"] or {}
    return float((detail.get("coverage") or {}).get("percent") or 0.0)
