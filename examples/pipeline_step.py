"""A pipeline step that may be run again: it re-attaches to its tasks instead of submitting twice.

A runner that restarts a step (a lost machine, a retry button) runs this program again with the same
build number. The key names the same task, so that nothing is paid for twice: a task that has failed
stays failed, and is tried anew under another number, such as ``1207.2`` for a second attempt of it.

Run it in a project: ``python pipeline_step.py 1207 src/shop/cart.py``; needs a store on disk.
"""

import asyncio
import sys

from openhands_testgen import GenerationResult, OpenHandsTestGenerator


async def step(
    generator: OpenHandsTestGenerator, build: str, module: str, patience: float
) -> GenerationResult:
    """Submits the module of this build, or finds the task that an earlier run submitted."""
    task_id = await generator.submit_test_generation_task(
        module, idempotency_key=f"build {build}: {module}", metadata={"build": build}
    )
    print(f"task {task_id}", flush=True)
    return await generator.get_test_generation_results(task_id, timeout=patience)


async def main(build: str, module: str, patience: float = 3600.0) -> int:
    """The exit code: 0 for tests that hold, 1 for none, 75 for "not yet: run me again"."""
    generator = OpenHandsTestGenerator.from_env()
    try:
        result = await step(generator, build, module, patience)
    except TimeoutError as error:
        print(error, file=sys.stderr)
        return 75
    finally:
        await generator.stop(0)  # what runs goes back to the store, for the next run of this step
    print(result["output_path"] if result["success"] else result["error"])
    return 0 if result["success"] else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:]))))
