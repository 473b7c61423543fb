"""Who runs the stages of a component, in which order, and which of them beside test generation?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import _core
from .._blocking import run_blocking
from ..exceptions import ConfigurationError
from ..generator import OpenHandsTestGenerator
from .blocking_stage import OpenHandsTestGenerationStage
from .command_stage import CommandStage
from .concurrent_stage import AsyncOpenHandsTestGenerationStage
from .plain_stages import Skipped, Specification, Step
from .results import AsyncOpenHandsStageResult, WorkflowResult
from .settings import (
    COMMANDS,
    ENABLE,
    argument_settings,
    check,
    path_argument,
    settings_in,
    tell_misspelt,
    workflow_settings,
)
from .stage import Stage, StageFactory
from .workflow_run import WorkflowRun

_DEPLOYMENTS: dict[str, tuple[str, ...]] = {
    "dev": (),
    "development": (),
    "staging": ("staging_deployment",),
    "production": ("staging_deployment", "production_deployment"),
}


class WorkflowOrchestrator:
    """Takes a component from its specification to where it is deployed.

    The stages are ``specification``, ``testing``, test generation, ``refactoring`` and, by the
    target, ``staging_deployment`` and ``production_deployment``. Each but specification and test
    generation runs the command that ``[tool.openhands-testgen.workflow]`` has under its name, and
    is skipped where there is none; put a factory into `stages` to run anything else. A stage that
    fails ends the way to deployment.

    Args:
        spec_file: What the component is to do; it must be there: in the working directory, or in
            the project.
        component_name: The component: a folder below ``src/``, or a path, of the project.
        target_stage: ``staging`` or ``production``; with ``dev`` or ``development`` nothing is
            deployed.
        config: Stands above the project's table: commands, `coverage_threshold`,
            `timeout_seconds`, `command_timeout_seconds` (600), `enable_openhands` (true), and
            whatever your own stages read.

    Raises:
        ConfigurationError: A value is out of its range, or there is no such target.
    """

    def __init__(
        self,
        spec_file: str | os.PathLike[str],
        component_name: str,
        target_stage: str = "staging",
        config: Mapping[str, Any] | None = None,
    ) -> None:
        """Makes an orchestrator; nothing is read or run yet."""
        self.spec_file = path_argument("spec_file", spec_file)
        self.component_name = component_name
        self.target_stage = target_stage
        argument_settings(config)  # refuses what does not hold
        self.config = dict(config or {})
        tell_misspelt(self.config)
        self._check_target()
        self.component_path = Path("src") / path_argument("component_name", component_name)
        self.stages: dict[str, StageFactory] = {}
        """Stages of your own in place of commands, by the name of the command."""
        self.generator: OpenHandsTestGenerator | None = None
        """Who generates; by default a generator with the settings of the environment."""

    @property
    def enable_openhands(self) -> bool:
        """Whether tests are generated, where the project's table says nothing else."""
        return bool(argument_settings(self.config).get(ENABLE, True))

    @enable_openhands.setter
    def enable_openhands(self, enable: bool) -> None:
        check(ENABLE, enable)
        self.config[ENABLE] = enable

    def run(self) -> WorkflowResult:
        """Runs one stage after the other; works within a running loop too.

        Raises:
            ConfigurationError: The settings do not hold.
        """
        return run_blocking(self.run_in_turn)

    async def run_async_with_parallel_openhands(self) -> WorkflowResult:
        """Submits the modules after ``testing``, runs the other stages, then collects.

        Cancelling it cancels no task that was submitted: its generator is stopped at once, and what
        has not ended goes back to the store, where another process goes on with it; with
        ``memory:`` nobody does.

        Raises:
            ConfigurationError: The settings do not hold.
        """
        run = self._begin("async")
        stage = AsyncOpenHandsTestGenerationStage(run.component_path, settings_in(run.config))
        stage.generator = self.generator
        try:
            await self._run_beside(run, stage)
        except (Exception, asyncio.CancelledError):
            await stage.let_go(grace_seconds=0.0)
            raise
        return run.end()

    async def _run_beside(self, run: WorkflowRun, stage: AsyncOpenHandsTestGenerationStage) -> None:
        warming = asyncio.create_task(self._warm(run, stage))
        try:
            is_ready = await self._prepare(run)
        finally:
            await warming
        if is_ready:
            await self._generate_beside(run, stage)
        else:
            await stage.let_go()

    async def run_in_turn(self) -> WorkflowResult:
        """What `run` does, awaited."""
        run = self._begin("sync")
        if await self._prepare(run):
            if self._enables_openhands(run):
                stage = OpenHandsTestGenerationStage(run.component_path, settings_in(run.config))
                stage.generator = self.generator
                await run.stage("openhands_test_generation", lambda: Step(stage.run))
                run.result.openhands_results = stage.results
                run.result.openhands_task_ids = [
                    one["task_id"] for one in stage.results if one["task_id"]
                ]
            await self._deploy(run)
        return run.end()

    def _begin(self, mode: str) -> WorkflowRun:
        self._check_target()
        self._check_stages()
        root, python = self._project()
        config = workflow_settings(root) | argument_settings(self.config)
        result = WorkflowResult(False, self.component_name, self.target_stage, execution_mode=mode)
        words = {
            "component": self.component_name,
            "spec": str(self.spec_file),
            "target": self.target_stage,
            "python": python,
        }
        return WorkflowRun(result, config, root, self._component(root), words)

    async def _prepare(self, run: WorkflowRun) -> bool:
        """What comes before anything may run beside it."""
        is_specified = await run.stage(
            "specification", lambda: Specification(_located(self.spec_file, run.project_root))
        )
        return is_specified and await self._stage(run, "testing")

    async def _warm(self, run: WorkflowRun, stage: AsyncOpenHandsTestGenerationStage) -> None:
        """Starts the engine while the tests run: nothing need wait for it afterwards."""
        if self._enables_openhands(run):
            with contextlib.suppress(Exception):  # submission tries again, and tells
                await stage.start()

    async def _generate_beside(
        self, run: WorkflowRun, stage: AsyncOpenHandsTestGenerationStage
    ) -> None:
        if not self._enables_openhands(run):
            await self._deploy(run)
            return
        begin = time.perf_counter()
        await run.stage("openhands_submission", lambda: Step(stage.submit_tasks))
        submitted = run.outcome("openhands_submission", AsyncOpenHandsStageResult).submitted_tasks
        run.result.openhands_task_ids = list(submitted.values())
        run.result.openhands_submission_time_ms = run.result.stage_timings["openhands_submission"]
        await self._deploy(run)
        if submitted:
            await run.stage(
                "openhands_collection", lambda: Step(lambda: stage.collect_results(submitted))
            )
            run.count_savings(time.perf_counter() - begin)
        run.result.openhands_results = list(stage.results.values())

    async def _deploy(self, run: WorkflowRun) -> bool:
        """The way to deployment; each stage needs the one before it."""
        for name in ("refactoring", *_DEPLOYMENTS[self.target_stage]):
            if not await self._stage(run, name):
                return False
        return True

    async def _stage(self, run: WorkflowRun, name: str) -> bool:
        return await run.stage(name, lambda: self._make(run, name))

    def _make(self, run: WorkflowRun, name: str) -> Stage:
        if factory := self.stages.get(name):
            return factory(run.component_path, run.config)
        if command := run.config.get(name):
            seconds = float(run.config.get("command_timeout_seconds", 600))
            return CommandStage(name, command, run.project_root, run.words, seconds)
        reason = f"nothing is configured: set {name} in [tool.openhands-testgen.workflow]"
        return Skipped(name, reason)

    def _enables_openhands(self, run: WorkflowRun) -> bool:
        return bool(run.config.get(ENABLE, True))

    def _check_target(self) -> None:
        if self.target_stage not in list(_DEPLOYMENTS):
            known = ", ".join(_DEPLOYMENTS)
            message = f"target_stage must be one of {known}, not {self.target_stage!r}"
            raise ConfigurationError(message)

    def _check_stages(self) -> None:
        given: Mapping[str, object] = self.stages
        for name, factory in given.items():
            if name not in COMMANDS:
                known = ", ".join(COMMANDS)
                message = f"{name!r} is no stage that can be replaced: there are {known}"
                raise ConfigurationError(f"stages: {message}")
            if not callable(factory):
                message = f"must be a class or function that makes the stage, not {factory!r:.80}"
                raise ConfigurationError(f"stages: {name}: {message}")

    def _project(self) -> tuple[Path, str]:
        if self.generator is not None:
            config = self.generator.config
            return Path(str(config.project_root)), str(config.python)
        values, _ = _core.resolve_settings({}, read_environment=True)
        return Path(values["project_root"]), str(values["python"])

    def _component(self, root: Path) -> Path:
        named = Path(self.component_name)
        folders = (self.component_path, root / self.component_path, root / named)
        found = (folder for folder in folders if folder.is_dir())
        return next(found, named if (root / named).exists() else self.component_path)


def _located(file: Path, root: Path) -> Path:
    """A file of the working directory, else of the project."""
    return root / file if not file.exists() and (root / file).exists() else file
