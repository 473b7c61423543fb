"""The migration guide does what it says: the old import path works, and its table is the truth."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..agent_server import AgentServer

PAGE = Path(__file__).parents[3] / "docs/migration.md"
OLD = "src/agent_orchestration/openhands_integration"
BLOCK = re.compile(r"^`(\S+)`:\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def modules() -> dict[str, str]:
    """The modules that the guide leaves at the old place, by their path."""
    return dict(BLOCK.findall(page()))


@pytest.fixture
def old_tree(project: Path) -> Path:
    """A project that was written for the original integration, after the guide was followed."""
    (project / OLD).mkdir(parents=True)
    for path, text in modules().items():
        (project / path).write_text(text)
    components = project / "src/components"
    components.mkdir()
    (components / "cache.py").write_text("def double(number: int) -> int:\n    return 2 * number\n")
    (project / "spec.md").write_text("# Components\n")
    return project


def run(tree: Path, program: str, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tree, env=environment, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    return ended.stdout


def test_each_module_left_behind_has_three_lines() -> None:
    assert len(modules()) == 7
    for path, text in modules().items():
        assert path.startswith(OLD)
        lines = [line for line in text.splitlines() if line.strip()]
        assert len(lines) == 3, path


BATCH = """
import asyncio
from src.agent_orchestration.openhands_integration.workflow_integration import (
    OpenHandsTestGenerator,
)

async def run_refactoring_stage():
    pass

async def batch_generate():
    generator = OpenHandsTestGenerator.from_env()
    modules = [
        "src/components/cache.py",
        "src/components/auth.py",
    ]
    # Submit all tasks
    task_ids = []
    for module in modules:
        task_id = await generator.submit_test_generation_task(
            module_path=module,
        )
        task_ids.append(task_id)
    # Do other work
    await run_refactoring_stage()
    # Retrieve all results
    results = []
    for task_id in task_ids:
        result = await generator.get_test_generation_results(task_id)
        results.append(result)
    for result in results:
        if not result['success']:
            print(f"Generation failed: {result['error']}")
    # Process results
    successful = sum(1 for r in results if r['success'])
    print(f"Generated tests for {successful}/{len(modules)} modules")

asyncio.run(batch_generate())
"""


def test_the_batch_of_the_documents_runs_through_the_old_path(
    old_tree: Path, environment: dict[str, str]
) -> None:
    printed = run(old_tree, BATCH, environment)

    assert re.fullmatch(
        r"Generation failed: module src/components/auth\.py .*\n"
        r"Generated tests for 1/2 modules\n",
        printed,
    )
    assert (old_tree / "tests/components/test_cache.py").is_file()


ERRORS = """
import asyncio
from src.agent_orchestration.openhands_integration.workflow_integration import (
    OpenHandsTestGenerator,
)

async def main():
    generator = OpenHandsTestGenerator.from_env()
    try:
        status = await generator.get_task_status("abc123...")
    except RuntimeError as e:
        print(f"Task not found: {e}")
    task_id = await generator.submit_test_generation_task("src/components/auth.py")
    try:
        result = await generator.get_test_generation_results(
            task_id, timeout=600, poll_interval=5.0
        )
    except TimeoutError:
        print("Task took too long")
    if not result['success']:
        print(f"Generation failed: {result['error']}")

asyncio.run(main())
"""


def test_errors_of_the_documents_are_met_through_the_old_path(
    old_tree: Path, environment: dict[str, str]
) -> None:
    printed = run(old_tree, ERRORS, environment)

    assert printed.startswith("Task not found: task abc123... not found")
    assert "Generation failed: module src/components/auth.py" in printed


ENGINE = """
import asyncio
from pathlib import Path
from src.agent_orchestration.openhands_integration.config import OpenHandsIntegrationConfig
from src.agent_orchestration.openhands_integration.execution_engine import ExecutionEngine
from src.agent_orchestration.openhands_integration.task_queue import (
    QueuedTask, TaskPriority, TaskStatus,
)

async def main():
    engine = ExecutionEngine(OpenHandsIntegrationConfig(store="memory:"), max_concurrent_tasks=1)
    await engine.start()
    task = QueuedTask(
        task_type="unit_test", target_file=Path("src/gone.py"), priority=TaskPriority.HIGH
    )
    task_id = await engine.submit_task(task)
    while (task := await engine.get_task_status(task_id)).status != TaskStatus.FAILED:
        await asyncio.sleep(0.01)
    print(task.status.value, task.completed_at is not None, await engine.get_queue_stats())
    await engine.stop()

asyncio.run(main())
"""


def test_the_engine_is_met_through_the_old_path(
    old_tree: Path, environment: dict[str, str]
) -> None:
    printed = run(old_tree, ENGINE, environment)

    assert printed.startswith("failed True {'total_tasks': 1, ")


CLIENTS = """
import asyncio
from src.agent_orchestration.openhands_integration.adapter import OpenHandsAdapter
from src.agent_orchestration.openhands_integration.client import OpenHandsClient
from src.agent_orchestration.openhands_integration.config import OpenHandsIntegrationConfig
from src.agent_orchestration.openhands_integration.docker_client import DockerOpenHandsClient

async def main():
    config = OpenHandsIntegrationConfig.from_env()
    client = DockerOpenHandsClient(config)
    result = await client.execute_task("Create a file named hello.txt")
    print(result.success, result.output)
    adapter = OpenHandsAdapter(client=OpenHandsClient(config))
    answer = await adapter.execute_development_task(
        task_description="Create a file named hello.txt"
    )
    print(answer["success"], answer["error"])

asyncio.run(main())
"""


def test_the_clients_are_met_through_the_old_path(
    old_tree: Path, environment: dict[str, str], agent_server: AgentServer
) -> None:
    printed = run(old_tree, CLIENTS, environment | agent_server.variables())

    assert printed == "True Done.\nTrue None\n"


PATCHED = """
import asyncio
from unittest import mock
from src.agent_orchestration.openhands_integration import workflow_integration as old

fake = mock.AsyncMock()
fake.submit_test_generation_task.side_effect = ["task-1"]
fake.get_test_generation_results.return_value = {"success": True}

async def main():
    stage = old.AsyncOpenHandsTestGenerationStage("src/components")
    submitted = await stage.submit_tasks()
    return submitted, await stage.collect_results(submitted.submitted_tasks)

path = "src.agent_orchestration.openhands_integration.workflow_integration.OpenHandsTestGenerator"
with mock.patch(path) as stand_in:
    stand_in.from_env.return_value = fake
    submitted, collected = asyncio.run(main())
fake.start.assert_called_once()
print(submitted.submitted_tasks, collected.completed_tasks)
"""


def test_what_a_test_patches_at_the_old_path_reaches_the_stages(
    old_tree: Path, environment: dict[str, str]
) -> None:
    printed = run(old_tree, PATCHED, environment)

    assert printed == "{'src/components/cache.py': 'task-1'} {'task-1': {'success': True}}\n"


def test_the_table_has_every_setting_as_the_program_has_it() -> None:
    assert len(re.findall(r"^\| `\w+` \| `OPEN", page(), re.MULTILINE)) > 30

    asked = subprocess.run(
        [sys.executable, PAGE.parents[1] / "scripts/settings_table.py", "--check"], check=False
    )

    assert asked.returncode == 0, "`python scripts/settings_table.py` writes it anew"
