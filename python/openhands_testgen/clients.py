"""Free-form work by the original integration's names: thin classes over the one engine.

Each call is a task of kind ``agent_task`` like all others: queued, kept, listed, cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from .config import OpenHandsIntegrationConfig
from .generator import OpenHandsTestGenerator
from .types import GenerationResult


@dataclass(frozen=True)
class OpenHandsTaskResult:
    """What a free-form task came to."""

    success: bool
    """Whether the agent came to its end, and the changes to their place where that was asked."""
    output: str
    """What the agent said last: quoted, and not verified."""
    error: str | None = None
    execution_time: float = 0.0
    """Seconds from the beginning of the attempt to its result; 0.0 where there is none."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """`task_id`, `error_kind`, and what the task left: `files`, `patch`, `applied`, `usage`, …"""


class OpenHandsClient:
    """Has an OpenHands agent do free-form work.

    Args:
        config: The settings; see `OpenHandsIntegrationConfig`. They name an agent server.
    """

    _USES_DOCKER = False

    def __init__(self, config: OpenHandsIntegrationConfig) -> None:
        """Makes a client; nothing is opened or run yet."""
        self.config = config
        self._generator = OpenHandsTestGenerator(config, use_docker=self._USES_DOCKER)

    @classmethod
    def from_env(cls) -> Self:
        """A client with the settings of the environment.

        Raises:
            ConfigurationError: A setting does not hold; the message says where it came from.
        """
        return cls(OpenHandsIntegrationConfig.from_env())

    async def execute_task(
        self,
        task_description: str,
        timeout: float | None = None,
        *,
        workspace: str = "project",
        apply: bool = False,
    ) -> OpenHandsTaskResult:
        """Submits an instruction, waits, and returns what came of it.

        Args:
            task_description: What is to be done.
            timeout: How long *this call* waits, in seconds; then ``success`` is ``False``, and the
                task goes on. By default `default_timeout_seconds`.
            workspace: ``project``, a copy of it, or ``empty``.
            apply: Whether the changes go to the project, all of them or none.

        Raises:
            InvalidRequestError: There is no agent for it, or an argument names something
                impossible; nothing was stored.
        """
        generator = self._generator
        task_id = await generator.submit_agent_task(
            task_description, workspace=workspace, apply=apply
        )
        try:
            result = await generator.get_test_generation_results(task_id, timeout)
        except TimeoutError as error:
            metadata = {"task_id": task_id, "error_kind": "timeout"}
            return OpenHandsTaskResult(False, "", str(error), metadata=metadata)
        return _told(result)

    async def cleanup(self) -> None:
        """Ends this client's use of the engine. Idempotent."""
        await self._generator.stop()

    async def __aenter__(self) -> Self:
        """Starts the engine."""
        await self._generator.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops it."""
        await self.cleanup()


class DockerOpenHandsClient(OpenHandsClient):
    """The same, with an agent in Docker where the settings leave the choice.

    A server that they name stands above it.
    """

    _USES_DOCKER = True


class OpenHandsAdapter:
    """Has a client do development tasks, and answers dicts.

    Retries and the circuit breaker are the engine's, by the settings of the client.

    Args:
        client: Who does it; by default one with the settings of the environment.
    """

    def __init__(self, client: OpenHandsClient | None = None) -> None:
        """Makes an adapter; nothing is opened or run yet."""
        self.client = client or OpenHandsClient.from_env()

    async def execute_development_task(
        self, task_description: str, context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Executes one task; a failed one is no exception.

        Args:
            task_description: What is to be done.
            context: The keywords of `OpenHandsClient.execute_task`: `timeout`, `workspace`,
                `apply`.

        Returns:
            `success`, `output`, `error`, `execution_time` and `metadata`, as
            `OpenHandsTaskResult` has them.
        """
        result = await self.client.execute_task(task_description, **dict(context or {}))
        return {
            "success": result.success,
            "output": result.output,
            "error": result.error,
            "execution_time": result.execution_time,
            "metadata": result.metadata,
        }


def _told(result: GenerationResult) -> OpenHandsTaskResult:
    left = dict(result["result"] or {})
    output = left.pop("message", None) or ""
    seconds = left.pop("duration_seconds", None) or 0.0
    metadata = {"task_id": result["task_id"], "error_kind": result["error_kind"], **left}
    return OpenHandsTaskResult(result["success"], output, result["error"], seconds, metadata)
