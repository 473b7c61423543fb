"""What does one await cost the event loop? Against an await of a trivial coroutine."""

from __future__ import annotations

import asyncio

from _measure import clean_project, row, thread_cpu_per_call, title
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

CALLS = 4_000


async def trivial(module_path: str, output_path: str | None = None, threshold: int = 80) -> str:
    """The floor: a coroutine with three arguments that does nothing."""
    return module_path


async def main() -> None:
    """Prints the rows."""
    clean_project()
    title("await: CPU of the calling thread")
    floor = await thread_cpu_per_call(lambda: trivial("src/auth.py"), CALLS)
    row("await of a trivial coroutine", f"{floor:.0f} ns", "1.0 x", "-")

    busy = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:", workers=0))
    task_id = await busy.submit_test_generation_task("src/auth.py")
    cost = await thread_cpu_per_call(lambda: busy.submit_test_generation_task("src/auth.py"), CALLS)
    row("submit, in a burst, no worker idle", f"{cost:.0f} ns", f"{cost / floor:.1f} x", "<= 5 x")
    cost = await thread_cpu_per_call(lambda: busy.get_task_status(task_id), CALLS)
    row("get_task_status", f"{cost:.0f} ns", f"{cost / floor:.1f} x", "<= 7 x")
    nothing: dict[str, object] = {}
    cost = await thread_cpu_per_call(lambda: busy.submit_task("noop", nothing), CALLS)
    row("submit, in a burst, one worker idle", f"{cost:.0f} ns", f"{cost / floor:.1f} x", "<= 8 x")
    await busy.stop(0)


if __name__ == "__main__":
    asyncio.run(main())
