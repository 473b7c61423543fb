"""What is a task to callers of an execution engine? An object with attributes, ordered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..exceptions import InvalidRequestError
from ..types import TaskPriority, TaskStatus, TaskStatusDict

UNIT_TEST = "unit_test"
"""The type that asks for tests of a module; every other one is free-form work for an agent."""

_NOTE = "queued_task"
"""Where the metadata of a stored task keeps what only this view knows."""

_LONGEST_DESCRIPTION = 32_768
"""In characters; it is kept with the task."""


@dataclass
class QueuedTask:
    """A task: made by the caller to be submitted, or read from the engine as it stands.

    Submission writes the engine's own id into `task_id`; the one before serves as idempotency key.
    """

    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    task_type: str = ""
    """``unit_test``; anything else runs as the kind ``agent_task``, for an OpenHands agent."""
    description: str = ""
    """For people; for an ``agent_task``, the instruction."""
    target_file: Path | None = None
    """The module to test; of an ``agent_task``, the file that it is about."""
    priority: TaskPriority = TaskPriority.NORMAL
    status: TaskStatus = TaskStatus.PENDING
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_at: datetime | None = None
    completed_at: datetime | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    """The caller's notes; of a ``unit_test``, also `output_path` and `coverage_threshold`; of an
    ``agent_task``, also `workspace` and `apply`."""
    result: dict[str, Any] | None = None
    error: str | None = None
    retry_count: int = 0
    max_retries: int = 3
    """How often it is tried again after a failure that may pass, 0 to 10."""

    def __lt__(self, other: QueuedTask) -> bool:
        """Whether it goes first: by priority, then by age."""
        return (self.priority, self.created_at) < (other.priority, other.created_at)

    def check(self) -> None:
        """Refuses fields that no task can be made of.

        Raises:
            InvalidRequestError: It names the field and its value.
        """
        metadata: object = self.metadata
        if not isinstance(metadata, Mapping):
            raise InvalidRequestError(f"metadata: must be a dict, not {metadata!r:.80}")
        description: object = self.description
        if not isinstance(description, str) or len(description) > _LONGEST_DESCRIPTION:
            shown = f"{description!r:.80}"
            message = f"description: must be a text of at most {_LONGEST_DESCRIPTION:,} characters"
            raise InvalidRequestError(f"{message}, not {shown}")

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values: names of priorities, times in ISO 8601."""
        return {
            "task_id": self.task_id,
            "task_type": self.task_type,
            "description": self.description,
            "target_file": None if self.target_file is None else str(self.target_file),
            "priority": self.priority.name,
            "status": self.status.value,
            "created_at": self.created_at.isoformat(),
            "started_at": None if self.started_at is None else self.started_at.isoformat(),
            "completed_at": None if self.completed_at is None else self.completed_at.isoformat(),
            "metadata": self.metadata,
            "result": self.result,
            "error": self.error,
            "retry_count": self.retry_count,
            "max_retries": self.max_retries,
        }

    def stored_metadata(self) -> dict[str, Any]:
        """What is stored beside the request, so that `of_status` can make the same task again."""
        note = {
            "task_type": self.task_type,
            "description": self.description,
            "target_file": None if self.target_file is None else str(self.target_file),
            "max_retries": self.max_retries,
        }
        return {**self.metadata, _NOTE: note}

    def errand(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """The payload of an ``agent_task``; what is no note is taken out of `metadata`."""
        instruction = self.description
        if self.target_file is not None:
            instruction = f"{instruction}\n\nThe file that this is about: {self.target_file}"
        payload: dict[str, Any] = {"instruction": instruction}
        asked = ((name, metadata.pop(name, None)) for name in ("workspace", "apply"))
        return payload | {name: value for name, value in asked if value is not None}

    @classmethod
    def of_status(
        cls, status: TaskStatusDict, result: dict[str, Any] | None, max_retries: int
    ) -> QueuedTask:
        """The task of a status dict, with what it left; `max_retries` where it says nothing."""
        metadata = dict(status["metadata"])
        note = metadata.pop(_NOTE, {})
        is_unit_test = status["kind"] == "generate_tests"
        if status["kind"] == "agent_task":
            metadata.pop("instruction", None)
        target = metadata.get("module_path") if is_unit_test else note.get("target_file")
        return cls(
            task_id=status["task_id"],
            task_type=UNIT_TEST if is_unit_test else note.get("task_type", status["kind"]),
            description=note.get("description", ""),
            target_file=None if target is None else Path(target),
            priority=TaskPriority(status["priority"]),
            status=status["status"],
            created_at=datetime.fromisoformat(status["created_at"]),
            started_at=_time(status["started_at"]),
            completed_at=_time(status["completed_at"]),
            metadata=metadata,
            result=result,
            error=status["error"],
            retry_count=status["retry_count"],
            max_retries=note.get("max_retries", max_retries),
        )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
