"""Settings of the stages: defaults, and what is refused when one is made."""

from __future__ import annotations

from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import ConfigurationError
from openhands_testgen.workflow import (
    AsyncOpenHandsTestGenerationStage,
    OpenHandsTestGenerationStage,
    WorkflowOrchestrator,
)

BOTH = [OpenHandsTestGenerationStage, AsyncOpenHandsTestGenerationStage]


@pytest.mark.parametrize("stage", BOTH)
def test_the_defaults_of_the_configuration(stage: Any, component: Path) -> None:
    made = stage(component)

    assert made.component_path == component
    assert (made.coverage_threshold, made.timeout, made.poll_interval) == (80, 300, 2.0)
    assert made.generator is None


@pytest.mark.parametrize("stage", BOTH)
@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("coverage_threshold", 101, "coverage_threshold must be a whole number between 0 and 100"),
        ("coverage_threshold", 80.5, "coverage_threshold must be a whole number .*, not 80.5"),
        ("coverage_threshold", nan, "coverage_threshold must be a whole number .*, not nan"),
        ("coverage_threshold", True, "coverage_threshold must be a whole number .*, not True"),
        ("coverage_threshold", "most", "coverage_threshold must be a whole number .*, not 'most'"),
        ("timeout_seconds", -1, "timeout_seconds must be a number of seconds, 0 or more, not -1"),
        ("timeout_seconds", nan, "timeout_seconds must be a number of seconds, 0 or more, not nan"),
        ("timeout_seconds", inf, "timeout_seconds must be a number of seconds, 0 or more, not inf"),
        ("poll_interval_seconds", True, "poll_interval_seconds must be a number .*, not True"),
        ("poll_interval_seconds", "2", "poll_interval_seconds must be a number .*, not '2'"),
        ("command_timeout_seconds", nan, "command_timeout_seconds must be a number .*, not nan"),
        ("enable_openhands", "false", "enable_openhands must be true or false, not 'false'"),
        ("enable_openhands_test_generation", 0, "enable_openhands_test_generation must be true or"),
        ("testing", 3, "testing must be a command: a text, or a list of words, not 3"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_named_at_once(
    stage: Any, component: Path, key: str, value: object, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        stage(component, {key: value})
    with pytest.raises(ConfigurationError, match=says):
        WorkflowOrchestrator("spec.md", "school", config={key: value})


@pytest.mark.parametrize("stage", BOTH)
@pytest.mark.parametrize("path", [None, 5, ""])
def test_a_component_is_a_path(stage: Any, path: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"component_path must be a path, not {path!r}"):
        stage(path)


@pytest.mark.parametrize("stage", BOTH)
def test_a_key_without_a_value_has_its_default(stage: Any, component: Path) -> None:
    assert stage(component, {"coverage_threshold": None}).coverage_threshold == 80
