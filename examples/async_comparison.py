"""A component with five modules, at a hundredth of its times: waiting for tests, and going on.

Testing, refactoring and staging take 0.3 s each, the tests of a module 0.6 s. Blocking, all of it
comes one after the other. Not blocking, refactoring and staging run beside test generation, and so
do as many modules as there are workers: five modules on three workers are two rounds, on five one.

The attempts are scripted: no agent works, so that only the waiting counts. Beside each figure
stands that of plain asyncio, the same scenario by hand with nothing kept, retried or verified.

Run it anywhere: ``python async_comparison.py``; it takes half a minute.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
from openhands_testgen.testing import Testbed, ok
from openhands_testgen.workflow import WorkflowOrchestrator, WorkflowResult, function_stage

STAGE, MODULE, MODULES = 0.3, 0.6, 5
STAGES = ("testing", "refactoring", "staging_deployment")


async def stage() -> None:
    """A stage that takes its time and nothing else."""
    await asyncio.sleep(STAGE)


async def plain(workers: int) -> None:
    """By hand: not blocking, or blocking with no workers."""
    slots = asyncio.Semaphore(max(workers, 1))

    async def module() -> None:
        async with slots:
            await asyncio.sleep(MODULE)

    await stage()
    modules = asyncio.gather(*(module() for _ in range(MODULES)))
    if workers == 0:
        await modules
    await stage()
    await stage()
    await modules


@contextmanager
def component() -> Iterator[Path]:
    """A project with one component of five modules, whose attempts follow the script."""
    with tempfile.TemporaryDirectory() as folder, Testbed() as testbed:
        root = Path(folder).resolve()
        (root / "spec.md").write_text("# Five modules\n")
        (root / "src/five").mkdir(parents=True)
        for number in range(MODULES):
            (root / f"src/five/module_{number}.py").write_text("ANSWER = 42\n")
        testbed.script(ok(seconds=MODULE))
        yield root


def orchestrator(root: Path, workers: int) -> WorkflowOrchestrator:
    """The workflow of the component."""
    config = OpenHandsIntegrationConfig(
        project_root=root, store="memory:", agent="local", workers=max(workers, 1)
    )
    made = WorkflowOrchestrator(root / "spec.md", str(root / "src/five"))
    made.stages = {name: function_stage(name, stage) for name in STAGES}
    made.generator = OpenHandsTestGenerator(config)
    return made


def run(workers: int) -> tuple[float, WorkflowResult]:
    """Seconds and result of one workflow: not blocking, or blocking with no workers."""
    with component() as root:
        made = orchestrator(root, workers)
        begin = time.perf_counter()
        result = made.run() if workers == 0 else _beside(made)
        return time.perf_counter() - begin, result


def _beside(made: WorkflowOrchestrator) -> WorkflowResult:
    return asyncio.run(made.run_async_with_parallel_openhands())


def run_plain(workers: int) -> float:
    """Seconds of the same by hand."""
    begin = time.perf_counter()
    asyncio.run(plain(workers))
    return time.perf_counter() - begin


SCENARIOS = (
    (0, "blocking", STAGE * 3 + MODULE * MODULES),
    (3, "not blocking, three workers", STAGE + MODULE * 2),
    (5, "not blocking, five workers", STAGE + MODULE),
)


def main() -> None:
    """Prints each way beside what it comes to on paper and by hand."""
    print(f"{'':<30}{'on paper':>10}{'by hand':>10}{'workflow':>10}{'saved':>10}")
    for workers, name, paper in SCENARIOS:
        by_hand = run_plain(workers)
        seconds, result = run(workers)
        saved = result.parallel_execution_savings_ms / 1000.0
        print(f"{name:<30}{paper:>9.2f}s{by_hand:>9.2f}s{seconds:>9.2f}s{saved:>9.2f}s")


if __name__ == "__main__":
    main()
