"""The quick start of the documents, pattern by pattern, with only the import line changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from openhands_testgen import OpenHandsTestGenerator, TaskPriority, TaskStatus

pytestmark = pytest.mark.usefixtures("components")


async def run_refactoring_stage() -> None:
    await asyncio.sleep(0)


async def run_staging_deployment() -> None:
    await asyncio.sleep(0)


def test_pattern_1_fire_and_forget(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()

        # Submit task (returns immediately)
        task_id = await generator.submit_test_generation_task(
            module_path="src/components/auth.py",
            output_path="tests/test_auth.py",
            coverage_threshold=80,
        )

        print(f"Task submitted: {task_id}")
        # Workflow continues immediately

    asyncio.run(main())

    assert capsys.readouterr().out.startswith("Task submitted: ")


def test_pattern_2_submit_and_retrieve_later(
    components: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()

        # Submit task
        task_id = await generator.submit_test_generation_task(
            module_path="src/components/database.py",
        )

        # Do other work
        await run_refactoring_stage()
        await run_staging_deployment()

        # Retrieve results when ready
        result = await generator.get_test_generation_results(task_id)

        if result["success"]:
            print("✓ Tests generated successfully")
        else:
            print(f"✗ Generation failed: {result['error']}")

    asyncio.run(main())

    assert capsys.readouterr().out == "✓ Tests generated successfully\n"
    assert (components / "tests/components/test_database.py").is_file()


def test_pattern_3_monitor_progress(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()

        # Submit task
        task_id = await generator.submit_test_generation_task(
            module_path="src/components/cache.py",
        )

        # Monitor progress
        while True:
            status = await generator.get_task_status(task_id)
            print(f"Status: {status['status']}")

            if status["status"] == "completed":
                break
            if status["status"] == "failed":
                print(f"Error: {status['error']}")
                break

            await asyncio.sleep(0.2)  # Check every 10 seconds

    asyncio.run(main())

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] in {"Status: queued", "Status: running"}
    assert lines[-1] == "Status: completed"


def test_the_old_blocking_way(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()
        result = await generator.generate_tests(
            module_path="src/components/my_component.py",
            output_path="tests/test_my_component.py",
            coverage_threshold=80,
        )
        print(f"Tests generated: {result['success']}")

    asyncio.run(main())

    assert capsys.readouterr().out == "Tests generated: True\n"


def test_handle_timeout(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()
        task_id = await generator.submit_test_generation_task("src/components/auth.py")
        try:
            await generator.get_test_generation_results(
                task_id,
                timeout=0,  # 5 minutes
            )
        except TimeoutError:
            print("Task took too long")
            # Can retry or continue

    asyncio.run(main())

    assert capsys.readouterr().out == "Task took too long\n"


@pytest.mark.parametrize("task_id", ["abc123...", "0197c0de-0000-7000-8000-000000000000"])
def test_handle_task_not_found(task_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()
        try:
            await generator.get_task_status(task_id)
        except RuntimeError as e:
            print(f"Task not found: {e}")

    asyncio.run(main())

    assert capsys.readouterr().out.startswith(f"Task not found: task {task_id} not found")


def test_handle_generation_failure(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()
        task_id = await generator.submit_test_generation_task("src/components/nowhere.py")
        result = await generator.get_test_generation_results(task_id)

        if not result["success"]:
            print(f"Generation failed: {result['error']}")

    asyncio.run(main())

    assert capsys.readouterr().out.startswith("Generation failed: module src/components/nowhere.py")


def test_batch_processing(capsys: pytest.CaptureFixture[str]) -> None:
    async def batch_generate() -> None:
        generator = OpenHandsTestGenerator.from_env()

        modules = [
            "src/components/auth.py",
            "src/components/database.py",
            "src/components/cache.py",
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

        # Process results
        successful = sum(1 for r in results if r["success"])
        print(f"Generated tests for {successful}/{len(modules)} modules")

    asyncio.run(batch_generate())

    assert capsys.readouterr().out == "Generated tests for 3/3 modules\n"


def test_the_documented_keys_and_defaults() -> None:
    async def main() -> None:
        generator = OpenHandsTestGenerator.from_env()
        task_id = await generator.submit_test_generation_task("src/components/cache.py")
        status = await generator.get_task_status(task_id)
        assert {
            "task_id", "status", "created_at", "started_at", "completed_at", "error",
            "retry_count", "metadata", "kind", "priority", "attempt", "progress", "error_kind",
            "worker",
        } == set(status)  # fmt: skip
        assert status["priority"] == TaskPriority.HIGH
        assert status["metadata"] == {
            "module_path": "src/components/cache.py",
            "output_path": "tests/components/test_cache.py",
            "coverage_threshold": 80,
        }
        result = await generator.get_test_generation_results(
            task_id=task_id, timeout=600, poll_interval=5.0
        )
        assert set(result) == {
            "success", "task_id", "result", "error", "error_kind", "module_path", "output_path",
        }  # fmt: skip
        assert result["result"] is not None
        assert set(result["result"]) == {
            "test_file", "tests", "coverage", "coverage_threshold", "threshold_met", "agent",
            "fallback", "model", "iterations", "left_out", "filled", "stopped", "mutation",
            "verification", "usage", "duration_seconds", "source_sha256", "test_sha256",
        }  # fmt: skip
        assert set(result["result"]["coverage"]) == {
            "percent", "line_percent", "branch_percent", "covered_lines", "missing_lines",
            "missing_branches",
        }  # fmt: skip
        assert set(result["result"]["verification"]) == {
            "runs", "tests", "removed", "discarded", "sandbox", "command", "note",
        }  # fmt: skip
        assert result["result"]["verification"]["runs"] == 3
        assert result["result"]["usage"] == {
            "cost_usd": None, "prompt_tokens": None, "completion_tokens": None,
        }  # fmt: skip
        final = await generator.get_task_status(task_id)
        assert final["status"] is TaskStatus.COMPLETED and final["status"].is_final
        assert final["completed_at"] is not None

    asyncio.run(main())
