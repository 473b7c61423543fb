"""What becomes of a component in which not everything can be read: its results say so."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, json, sys
from openhands_testgen.workflow import AsyncOpenHandsTestGenerationStage as Concurrent
from openhands_testgen.workflow import OpenHandsTestGenerationStage as Blocking

async def both_steps():
    stage = Concurrent("src/school")
    submitted = await stage.submit_tasks()
    await stage.collect_results(submitted.submitted_tasks)
    return submitted.errors, list(stage.results.values())

blocking = Blocking("src/school")
errors = blocking.execute().errors
print(json.dumps([[errors, blocking.results], asyncio.run(both_steps())]))
"""


def give_up_the_right_to_read_everything() -> None:
    """As root, which else may read what nobody may: by two capabilities."""
    for capability in (1, 2):  # to override rights, and to read in spite of them
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # leaves the bounding set


@pytest.fixture
def guarded(component: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The component with a module and a folder that nobody may read."""
    monkeypatch.setenv("OPENHANDS_STORE", "memory:")
    (component / "private").mkdir()
    paths = [component / "marks.py", component / "private"]
    for path in paths:
        path.chmod(0)
    yield component
    for path in paths:
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_what_cannot_be_read_is_in_the_results_and_nothing_raises(guarded: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        preexec_fn=give_up_the_right_to_read_everything,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    for errors, results in json.loads(ended.stdout):
        assert errors[0] == "src/school/private cannot be searched: Permission denied"
        by_module = {Path(one["module_path"]).name: one for one in results}
        assert list(by_module) == ["grades.py", "marks.py"]
        assert by_module["marks.py"]["error_kind"] == "invalid_module"
        assert "cannot be read" in by_module["marks.py"]["error"]
        # All of a project is copied for a run: its neighbour cannot be tested either, and says why.
        assert by_module["grades.py"]["error_kind"] == "environment"
        assert "no permission for" in by_module["grades.py"]["error"]
