"""The stages of a component, from its specification to staging, with test generation beside them.

`OpenHandsTestGenerator` is looked up here, by name, whenever a stage makes one: a test that puts
another in its place reaches every stage.
"""

from ..generator import OpenHandsTestGenerator
from .blocking_stage import OpenHandsTestGenerationStage
from .command_stage import CommandStage
from .concurrent_stage import AsyncOpenHandsTestGenerationStage
from .functions import collect_openhands_results, submit_openhands_tasks
from .orchestrator import WorkflowOrchestrator
from .results import (
    AsyncOpenHandsStageResult,
    OpenHandsStageResult,
    StageResult,
    WorkflowResult,
)
from .stage import Stage, StageFactory, function_stage

__all__ = [
    "AsyncOpenHandsStageResult",
    "AsyncOpenHandsTestGenerationStage",
    "CommandStage",
    "OpenHandsStageResult",
    "OpenHandsTestGenerationStage",
    "OpenHandsTestGenerator",
    "Stage",
    "StageFactory",
    "StageResult",
    "WorkflowOrchestrator",
    "WorkflowResult",
    "collect_openhands_results",
    "function_stage",
    "submit_openhands_tasks",
]
