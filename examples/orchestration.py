"""Plain asyncio: other work goes on while tests are written, and each module is told as it ends.

Run it in a project, such as ``cd examples/shop && python ../orchestration.py src/shop/*.py``.
"""

import asyncio
import sys

from openhands_testgen import GenerationResult, OpenHandsTestGenerator


async def generate(generator: OpenHandsTestGenerator, modules: list[str]) -> list[GenerationResult]:
    """Submits all modules at once and collects them in the order in which they end."""
    task_ids = [await generator.submit_test_generation_task(module) for module in modules]
    results = []
    async for result in generator.as_completed(task_ids):
        print(f"{result['module_path']}: {outcome(result)}")
        results.append(result)
    return results


def outcome(result: GenerationResult) -> str:
    """One line for people."""
    if result["success"] and result["result"] is not None:
        return f"{result['output_path']}, {result['result']['coverage']['percent']} % covered"
    return f"{result['error_kind']}: {result['error']}"


async def refactor() -> str:
    """Stands for what your program does meanwhile."""
    await asyncio.sleep(0.05)
    return "refactored"


async def main(modules: list[str]) -> int:
    """Runs both beside each other; an exit code as programs have it."""
    async with OpenHandsTestGenerator.from_env() as generator, asyncio.TaskGroup() as group:
        generation = group.create_task(generate(generator, modules))
        print(await group.create_task(refactor()))
        results = await generation
    return 0 if all(result["success"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
