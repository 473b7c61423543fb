"""Planning by an OpenHands agent: its answer is a file, and is asked for again where it is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openhands_testgen import planning

from ..agent_server import AgentServer, ProviderError

PLAN = {
    "title": "A shop",
    "phases": [
        {"id": "Phase 1", "title": "Build", "tasks": [{"id": "T1", "title": "Build a cart"}]}
    ],
}


@pytest.fixture(autouse=True)
def agent(agent_server: AgentServer, monkeypatch: pytest.MonkeyPatch) -> AgentServer:
    """An agent whose model cannot be asked directly."""
    for name, value in agent_server.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LLM_MODEL", "anthropic/fake")
    return agent_server


def writes(*answers: object) -> Callable[[Path], str]:
    """An agent that leaves these answers, one a message."""
    left = list(answers)

    def work(folder: Path) -> str:
        answer = left.pop(0)
        if answer is not None:
            text = answer if isinstance(answer, str) else json.dumps(answer)
            (folder / "answer.json").write_text(text)
        return "Done."

    return work


def test_an_agent_makes_the_plan(agent: AgentServer) -> None:
    agent.work = writes(PLAN)

    text = planning.generate_implementation_plan("a shop with a cart")

    assert text.startswith("# A shop\n")
    assert "- T1: Build a cart" in text
    (request,) = agent.requests
    told = json.dumps(request)
    assert "a shop with a cart" in told
    assert "answer.json" in told
    assert not agent.conversations, "its conversation is deleted at the end"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (None, "there is no file answer.json"),
        ("Sure!", "it is no JSON"),
        ({"title": "A shop", "phases": []}, "the plan holds no tasks"),
    ],
)
def test_an_answer_of_another_form_is_asked_for_again_in_the_same_conversation(
    agent: AgentServer, wrong: object, says: str
) -> None:
    agent.work = writes(wrong, PLAN)

    assert "- T1: Build a cart" in planning.generate_implementation_plan("a shop")

    (again,) = agent.said
    assert says in json.dumps(again)


def test_two_wrong_answers_fail_the_task(agent: AgentServer) -> None:
    agent.work = writes(None, "Here it is.")

    text = planning.parse_requirements("a shop")

    assert "Task Failed" in text
    assert "left twice no answer of the form that was asked for" in text


def test_where_a_fallback_is_wanted_the_text_is_taken_apart(
    agent: AgentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> str:
        raise ProviderError("LLMAuthenticationError")

    monkeypatch.setenv("OPENHANDS_FALLBACK_TO_MOCK", "true")
    agent.work = refuse

    assert "REQ-001: todo app" in planning.parse_requirements("todo app")
