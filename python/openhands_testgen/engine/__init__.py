"""The engine-level names of the original integration, as views on the real engine.

Tasks submitted here are the tasks of the generator on the same store: there is no second queue.
"""

from ..types import TaskPriority, TaskStatus
from .execution import ExecutionEngine
from .queue import TaskQueue
from .queued_task import QueuedTask
from .validator import ResultValidator, ValidationResult

__all__ = [
    "ExecutionEngine",
    "QueuedTask",
    "ResultValidator",
    "TaskPriority",
    "TaskQueue",
    "TaskStatus",
    "ValidationResult",
]
