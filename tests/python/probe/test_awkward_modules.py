"""Whatever the module is like: tests that hold, or an error that names cause and remedy."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

from ..conftest import BARE_PYTHON
from .awkward import calls, imports, layouts, objects, texts
from .awkward.case import Case

# All share one run of the engine, which two processes of pytest would make twice.
pytestmark = pytest.mark.xdist_group("awkward")

ALL = [*calls.CASES, *objects.CASES, *imports.CASES, *layouts.CASES, *texts.CASES]
SOAK = os.environ.get("OTG_SOAK") == "1"
CASES = [case for case in ALL if SOAK or not case.soak]

Answers = dict[str, "Answer | BaseException"]
"""By the name of the case; an error of one is not that of all."""

PATIENCE = 1800 if SOAK else 500
# The first test waits for all modules, which three workers go through.
pytestmark = pytest.mark.timeout(PATIENCE + 100)


@dataclass(frozen=True)
class Answer:
    """What came of a module, and the project it is in."""

    root: Path
    result: dict[str, Any]
    before: dict[str, str]

    @property
    def code(self) -> str:
        """The test file without its docstring, which names what is left out."""
        file = self.root / str(self.result["output_path"])
        return file.read_text(encoding="utf-8").split('"""', 2)[2]


def make(case: Case, root: Path) -> None:
    """Writes the project."""
    for path, content in {"pyproject.toml": '[project]\nname = "x"\n', **case.files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def files(root: Path) -> dict[str, str]:
    """All files of a project but ours, by digest."""
    found = [path for path in root.rglob("*") if path.is_file()]
    names = {path: path.relative_to(root) for path in found}
    return {
        str(name): hashlib.sha256(path.read_bytes()).hexdigest()
        for path, name in names.items()
        if name.parts[0] not in {"tests", "openhands_workspace"}
    }


def answer_of(answers: Answers, case: Case) -> Answer:
    """What came of a case, or its error."""
    answer = answers[case.name]
    if isinstance(answer, BaseException):
        raise answer
    return answer


async def generate(root: Path, case: Case) -> Answer:
    """Submits the module of one project and waits; all projects share one engine."""
    make(case, root)
    before = files(root)
    config = OpenHandsIntegrationConfig(
        agent="local", store="memory:", project_root=root, python=BARE_PYTHON
    )
    async with OpenHandsTestGenerator(config) as generator:
        task_id = await generator.submit_test_generation_task(case.module, coverage_threshold=0)
        result = await generator.get_test_generation_results(task_id, timeout=PATIENCE)
    return Answer(root, dict(result), before)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What came of each module; they are generated for together."""
    base = tmp_path_factory.mktemp("awkward")

    async def everything() -> list[Answer | BaseException]:
        generated = [generate(base / f"case{index}", case) for index, case in enumerate(CASES)]
        return await asyncio.gather(*generated, return_exceptions=True)

    return {
        case.name: answer for case, answer in zip(CASES, asyncio.run(everything()), strict=True)
    }


@pytest.mark.parametrize(
    "case", [each for each in CASES if not each.refused], ids=lambda each: each.name
)
def test_what_can_be_tested_gets_tests_that_hold(answers: Answers, case: Case) -> None:
    answer = answer_of(answers, case)
    assert answer.result["success"] is True, answer.result["error"]
    assert answer.result["result"]["tests"]
    assert answer.result["result"]["coverage"]["percent"] >= case.percent
    for words in case.avoids:
        assert words not in answer.code
    for words in case.contains:
        assert words in answer.code


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.refused], ids=lambda each: each.name
)
def test_what_cannot_be_tested_is_refused_with_cause_and_remedy(
    answers: Answers, case: Case
) -> None:
    answer = answer_of(answers, case)
    result = answer.result
    assert result["success"] is False
    assert result["error_kind"] == "invalid_module"
    assert case.module in result["error"]
    for words in case.refused:
        assert words in result["error"]
    assert not (answer.root / "tests").exists()


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.name)
def test_the_project_is_left_as_it_was(answers: Answers, case: Case) -> None:
    answer = answer_of(answers, case)
    assert files(answer.root) == answer.before
