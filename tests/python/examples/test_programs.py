"""The examples of other people's programs: each does what it says."""

from __future__ import annotations

import asyncio
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from openhands_testgen.testing import Testbed, bad_tests, hang, ok

from .conftest import EXAMPLES

Load = Callable[[str], ModuleType]
CART, STOCK = "src/shop/cart.py", "src/shop/stock.py"


def test_plain_asyncio_goes_on_while_tests_are_written(
    example: Load, testbed: Testbed, capsys: pytest.CaptureFixture[str]
) -> None:
    testbed.script(ok(90.0, seconds=0.1))

    code = asyncio.run(example("orchestration").main([CART, STOCK]))

    first, *rest = capsys.readouterr().out.splitlines()
    assert (code, first) == (0, "refactored")
    assert sorted(rest) == [
        f"{CART}: tests/shop/test_cart.py, 90.0 % covered",
        f"{STOCK}: tests/shop/test_stock.py, 90.0 % covered",
    ]


def test_a_module_without_tests_is_its_exit_code(
    example: Load, testbed: Testbed, capsys: pytest.CaptureFixture[str]
) -> None:
    testbed.script(bad_tests(), module=CART)

    assert asyncio.run(example("orchestration").main([CART, STOCK])) == 1
    assert f"{CART}: verification: " in capsys.readouterr().out


def test_an_agent_submits_and_looks(example: Load, testbed: Testbed) -> None:
    testbed.script(hang(), module=STOCK)
    tools = example("langgraph_tool")
    submit, check = tools.TOOLS

    async def main() -> None:
        answer = await submit(CART)
        task_id = answer.removeprefix("Submitted as ").split(".")[0]
        await tools.generator().get_test_generation_results(task_id, timeout=30)
        assert await check(task_id) == f"Done: tests/shop/test_cart.py covers 100.0 % of {CART}"
        waiting = (await submit(STOCK)).removeprefix("Submitted as ").split(".")[0]
        assert (await check(waiting)).startswith(("queued", "running"))
        await tools.generator().cancel_task(waiting)
        assert (await check(waiting)).startswith("No tests: ")
        assert (await submit("../elsewhere.py")).startswith("Not submitted: module_path: ")
        assert (await check("none")).startswith("task none not found")

    asyncio.run(main())


def test_every_tool_tells_a_model_what_it_takes(example: Load) -> None:
    for tool in example("langgraph_tool").TOOLS:
        assert inspect.iscoroutinefunction(tool)
        assert tool.__doc__ and "return" in tool.__annotations__


def step(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the pipeline step, whose agent needs a second for each module."""
    program = (
        "import asyncio, sys; from pathlib import Path; import pipeline_step; "
        "from openhands_testgen.testing import Testbed, ok\n"
        "with Testbed() as testbed:\n"
        "    testbed.script(ok(seconds=float(sys.argv[1])))\n"
        "    run = pipeline_step.main(sys.argv[2], sys.argv[3], *map(float, sys.argv[4:]))\n"
        "    sys.exit(asyncio.run(run))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment | {"PYTHONPATH": str(EXAMPLES)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_step_that_is_run_again_finds_its_task(project: Path) -> None:
    environment = dict(os.environ) | {"OPENHANDS_STORE": "sqlite:tasks.db"}

    # The first machine is lost, as it were, while the task runs.
    lost = step(environment, "60", "1207", CART, "0.2")
    again = step(environment, "0", "1207", CART, "30")
    once_more = step(environment, "0", "1207", CART, "30")
    next_build = step(environment, "0", "1208", CART, "30")

    assert lost.returncode == 75, lost.stderr
    assert (again.returncode, once_more.returncode, next_build.returncode) == (0, 0, 0)
    tasks = [run.stdout.splitlines()[0] for run in (lost, again, once_more, next_build)]
    assert tasks[0] == tasks[1] == tasks[2] != tasks[3]
    assert again.stdout.splitlines()[1] == "tests/shop/test_cart.py"
