"""The quick start: four ways to have tests written while a program goes on with other work.

Run it in a project, such as ``cd examples/shop && python ../quick_start.py``.
"""

import asyncio

from openhands_testgen import OpenHandsTestGenerator

CART = "src/shop/cart.py"
STOCK = "src/shop/stock.py"


async def other_work() -> None:
    """Stands for what a program does while tests are written."""
    await asyncio.sleep(0.1)


async def fire_and_forget(generator: OpenHandsTestGenerator) -> str:
    """Pattern 1: submit a task and go on at once."""
    task_id = await generator.submit_test_generation_task(
        module_path=CART,
        output_path="tests/test_cart.py",
        coverage_threshold=80,
    )
    print(f"Task submitted: {task_id}")
    return task_id


async def submit_and_retrieve_later(generator: OpenHandsTestGenerator) -> None:
    """Pattern 2: submit, do other work, then collect the result."""
    task_id = await generator.submit_test_generation_task(module_path=STOCK)
    await other_work()
    result = await generator.get_test_generation_results(task_id)
    if result["success"]:
        print(f"Tests generated: {result['output_path']}")
    else:
        print(f"Generation failed: {result['error']}")


async def monitor_progress(generator: OpenHandsTestGenerator, task_id: str) -> None:
    """Pattern 3: look at a task from time to time."""
    while True:
        status = await generator.get_task_status(task_id)
        print(f"Status: {status['status']}")
        if status["status"].is_final:
            break
        await asyncio.sleep(0.5)
    if status["status"] != "completed":
        print(f"Error: {status['error']}")


async def batch(generator: OpenHandsTestGenerator) -> None:
    """Many modules at once: submit all, do other work, collect all."""
    modules = [CART, STOCK]
    task_ids = [
        await generator.submit_test_generation_task(module_path=module) for module in modules
    ]
    await other_work()
    results = [await generator.get_test_generation_results(task_id) for task_id in task_ids]
    successful = sum(1 for result in results if result["success"])
    print(f"Generated tests for {successful}/{len(modules)} modules")


async def main() -> None:
    """Shows the patterns one after the other."""
    generator = OpenHandsTestGenerator.from_env()
    task_id = await fire_and_forget(generator)
    await submit_and_retrieve_later(generator)
    await monitor_progress(generator, task_id)
    await batch(generator)


if __name__ == "__main__":
    asyncio.run(main())
