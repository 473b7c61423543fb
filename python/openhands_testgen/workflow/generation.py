"""What do both stages of test generation share? Their settings, their modules, their generator."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..generator import OpenHandsTestGenerator
from .modules import find_modules, located, test_files
from .settings import argument_settings, path_argument, tell_misspelt

_LOGGER = logging.getLogger("openhands_testgen.workflow")


class GenerationStage:
    """A component whose modules get tests.

    Args:
        component_path: The component's folder.
        config: `coverage_threshold` (80), `timeout_seconds` (300: how long is waited for one
            module) and `poll_interval_seconds` (2.0, accepted for existing callers: completion is
            pushed). Other keys are left to others.
    """

    def __init__(
        self, component_path: str | os.PathLike[str], config: Mapping[str, Any] | None = None
    ) -> None:
        """Makes a stage; nothing is read or run yet.

        Raises:
            ConfigurationError: A value is out of its range, or the component no path.
        """
        self.component_path = path_argument("component_path", component_path)
        self.config = argument_settings(config)
        tell_misspelt(self.config)
        self.coverage_threshold: int = self.config.get("coverage_threshold", 80)
        self.timeout: float = self.config.get("timeout_seconds", 300)
        self.poll_interval: float = self.config.get("poll_interval_seconds", 2.0)
        self.generator: OpenHandsTestGenerator | None = None
        """The generator of this stage; one that is set before the stage runs is used, and left
        running."""

    def find_modules(self) -> list[Path]:
        """The modules that get tests, sorted."""
        return find_modules(self.component_path)[0]

    def test_files(self, modules: list[Path]) -> dict[Path, Path]:
        """Where the tests of each module go."""
        config = getattr(self.generator, "config", None)
        root = getattr(config, "project_root", None)
        return test_files(self.component_path, modules, root if isinstance(root, Path) else None)

    async def plan(self) -> tuple[dict[Path, Path], list[str]]:
        """Every module with its test file, and what kept others from being found."""
        return await asyncio.to_thread(self._plan)  # a large component holds up no event loop

    def _plan(self) -> tuple[dict[Path, Path], list[str]]:
        modules, errors = find_modules(self.component_path)
        if not modules and not errors:
            errors.append(f"No Python modules found in {self.component_path}")
        try:
            files = self.test_files(modules) if modules else {}
        except (OSError, RuntimeError) as error:  # links that lead round in a circle among them
            return {}, [*errors, f"{self.component_path} cannot be searched: {text_of(error)}"]
        return files, errors

    def request(self, module: Path, test_file: Path) -> dict[str, Any]:
        """The arguments of a submission."""
        return {
            "module_path": str(located(module)),
            "output_path": str(located(test_file)),
            "coverage_threshold": self.coverage_threshold,
        }


def new_generator() -> OpenHandsTestGenerator:
    """A generator of the environment, by the name that the package has for it now."""
    package = sys.modules[__package__]
    generator: OpenHandsTestGenerator = package.OpenHandsTestGenerator.from_env(use_docker=True)
    return generator


async def give_way() -> None:
    """Lets the event loop go round: an await that is answered at once does not."""
    await asyncio.sleep(0)


async def statuses_of(generator: OpenHandsTestGenerator, task_ids: Iterable[str]) -> list[Any]:
    """How these tasks stand; none of a task whose status cannot be had."""
    statuses = []
    for task_id in task_ids:
        try:
            statuses.append(await generator.get_task_status(task_id))
            await give_way()
        except Exception as error:
            _LOGGER.debug("task %s: no status: %s", task_id, text_of(error))
    return statuses


def has_ended(status: object) -> bool:
    """Whether nothing can change any more."""
    return isinstance(status, dict) and status.get("completed_at") is not None


def text_of(error: BaseException) -> str:
    """The text of an exception, or its type where it has none."""
    return str(error) or type(error).__name__
