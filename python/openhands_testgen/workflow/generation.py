"""What do both stages of test generation share? Their settings, their modules, their generator."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..exceptions import ConfigurationError
from ..generator import OpenHandsTestGenerator
from .modules import find_modules, located, test_files

_LOGGER = logging.getLogger("openhands_testgen.workflow")
_KEYS: dict[str, tuple[float, float, float | None]] = {
    "coverage_threshold": (80, 0, 100),
    "timeout_seconds": (300, 0, None),
    "poll_interval_seconds": (2.0, 0, None),
}


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
            ConfigurationError: A value is out of its range.
        """
        self.component_path = Path(component_path)
        self.config = dict(config or {})
        self.coverage_threshold = _number(self.config, "coverage_threshold")
        self.timeout = _number(self.config, "timeout_seconds")
        self.poll_interval = _number(self.config, "poll_interval_seconds")
        self.generator: OpenHandsTestGenerator | None = None
        """The generator of this stage; one that is set before the stage runs is used, and left
        running."""

    def find_modules(self) -> list[Path]:
        """The modules that get tests, sorted."""
        return find_modules(self.component_path)

    def test_files(self, modules: list[Path]) -> dict[Path, Path]:
        """Where the tests of each module go."""
        config = getattr(self.generator, "config", None)
        root = getattr(config, "project_root", None)
        return test_files(self.component_path, modules, root if isinstance(root, Path) else None)

    async def plan(self) -> dict[Path, Path]:
        """Every module with its test file; a large component holds up no event loop."""
        return await asyncio.to_thread(lambda: self.test_files(self.find_modules()))

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


async def statuses_of(generator: OpenHandsTestGenerator, task_ids: Iterable[str]) -> list[Any]:
    """How these tasks stand; none of a task whose status cannot be had."""
    statuses = []
    for task_id in task_ids:
        try:
            statuses.append(await generator.get_task_status(task_id))
        except Exception as error:
            _LOGGER.debug("task %s: no status: %s", task_id, text_of(error))
    return statuses


def has_ended(status: object) -> bool:
    """Whether nothing can change any more."""
    return isinstance(status, dict) and status.get("completed_at") is not None


def text_of(error: BaseException) -> str:
    """The text of an exception, or its type where it has none."""
    return str(error) or type(error).__name__


def _number(config: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 (an int stays one)
    default, least, most = _KEYS[key]
    value = config.get(key)
    if value is None:
        return default
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or value < least or (most is not None and value > most):
        bounds = f"{least} or more" if most is None else f"between {least} and {most}"
        raise ConfigurationError(f"{key} must be {bounds}, not {value!r}")
    return value
