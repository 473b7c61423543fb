"""What do the fixtures of the pytest plug-in begin with? With a marker, an option and a place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ..config import OpenHandsIntegrationConfig
from ..exceptions import ConfigurationError
from ..generator import OpenHandsTestGenerator
from .environment import environment, set_environment
from .place import make_project
from .suite import Rehearsal, ScriptedAgent, SuiteEngine
from .terms import Terms
from .testbed import Testbed


def terms_of(request: pytest.FixtureRequest) -> Terms:
    """What the marker of a test says."""
    return Terms.of_markers(request.node.iter_markers("testgen"))


def agent_of(config: pytest.Config) -> str:
    """The choice of ``--testgen-agent``."""
    return str(config.getoption("--testgen-agent"))


def is_scripted(config: pytest.Config) -> bool:
    """Whether the agents play a script."""
    return agent_of(config) == "scripted"


def refuse_unknown_agent(agent: str) -> None:
    """Refuses an agent that there is not, or that the machine has no settings for."""
    try:
        if agent == "local":
            OpenHandsIntegrationConfig(agent=agent)
        else:
            OpenHandsIntegrationConfig.from_env(agent=agent)
    except ConfigurationError as error:
        raise pytest.UsageError(f"--testgen-agent={agent}: {error}") from None


def set_up(
    terms: Terms, config: pytest.Config, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A project below `folder`, and an environment that means it."""
    root = make_project(terms, config.rootpath, folder)
    set_environment(agent_of(config), terms, root, monkeypatch)
    return root


def make_generator() -> OpenHandsTestGenerator:
    """A generator of the environment, its engine open."""
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig.from_env())
    generator._engine.start_here()
    return generator


def factory(
    config: pytest.Config, temporary: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[Rehearsal]]:
    """Makes rehearsals, each with the keywords of the marker."""

    @contextmanager
    def rehearse(**keywords: Any) -> Iterator[Rehearsal]:  # noqa: ANN401 (the marker's)
        terms = Terms.of_keywords(keywords)
        project = make_project(terms, config.rootpath, temporary.mktemp("testgen"))
        testbed = Testbed(scripted=is_scripted(config))
        with environment(agent_of(config), terms, project), testbed:
            testbed.clock.hurry(terms.hurry)
            generator = make_generator()
            engine = SuiteEngine(testbed, generator)
            yield Rehearsal(project, generator, engine, ScriptedAgent(testbed), testbed.clock)

    return rehearse
