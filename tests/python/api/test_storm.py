"""Everything at once: cancelled awaits, loops that come and go, forks, exits, collections.

Each storm runs in an interpreter of its own, which has to end by itself, with nothing on stderr.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.usefixtures("project")

STORES = pytest.mark.parametrize("store", ["memory:", "sqlite:tasks.db"])
ROUNDS = 20 if os.environ.get("OTG_SOAK") else 3
"""How often each storm is raised, with another seed each time."""

BEGIN = """
import asyncio, gc, os, random, sys
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator
store, seed = sys.argv[1], int(sys.argv[2])
dice = random.Random(seed)
generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, workers=2))
"""


def raise_storm(program: str, store: str) -> None:
    """Runs a program with several seeds; whatever is not clean names its seed."""
    for _ in range(ROUNDS):
        seed = random.randrange(2**32)
        ended = subprocess.run(
            [sys.executable, "-X", "dev", "-c", BEGIN + textwrap.dedent(program), store, str(seed)],
            capture_output=True,
            text=True,
            timeout=100,
        )
        notes = [line for line in ended.stderr.splitlines() if not is_expected(line)]
        assert (ended.returncode, notes) == (0, []), f"seed {seed}: {ended.stderr}"


def is_expected(line: str) -> bool:
    """What we say of tasks that stay, and what asyncio says of a slow machine."""
    return "unfinished task(s)" in line or line.startswith("Executing <")


@STORES
def test_awaits_cancelled_at_random_points_harm_nothing(store: str) -> None:
    raise_storm(
        """
        async def one(ids):
            task_id = await generator.submit_task("noop", {}, metadata={"n": len(ids)})
            ids.append(task_id)
            await generator.get_task_status(task_id)
            await generator.get_test_generation_results(task_id)
            async for event in generator.watch_task(task_id):
                pass

        async def main():
            ids = []
            for _ in range(20):
                calls = [asyncio.ensure_future(one(ids)) for _ in range(20)]
                for call in calls:
                    if dice.random() < 0.5:
                        asyncio.get_running_loop().call_later(dice.random() / 100, call.cancel)
                await asyncio.gather(*calls, return_exceptions=True)
            for task_id in ids:
                assert (await generator.get_test_generation_results(task_id))["success"]

        asyncio.run(main())
        """,
        store,
    )


@STORES
def test_loops_that_end_with_calls_under_way_harm_nothing(store: str) -> None:
    raise_storm(
        """
        ids = []

        async def main():
            calls = [asyncio.ensure_future(generator.submit_task("noop", {})) for _ in range(50)]
            waits = [asyncio.ensure_future(generator.get_test_generation_results(i)) for i in ids]
            await asyncio.sleep(dice.random() / 50)
            ids[:] = [call.result() for call in calls if call.done()]

        for _ in range(20):
            asyncio.run(main())
        """,
        store,
    )


@STORES
def test_collections_in_callbacks_harm_nothing(store: str) -> None:
    raise_storm(
        """
        gc.set_threshold(1)

        class Cycle:
            def __init__(self, call):
                self.own, self.call = self, call

            def __del__(self):
                gc.collect()

        async def main():
            calls = []
            for _ in range(100):
                task_id = await generator.submit_task("noop", {}, metadata={"a": [1, {"b": 2}]})
                call = asyncio.ensure_future(generator.get_test_generation_results(task_id))
                call.add_done_callback(lambda done: Cycle(done) and None)
                calls.append(call)
            await asyncio.gather(*calls)

        asyncio.run(main())
        """,
        store,
    )


@STORES
def test_children_forked_at_any_moment_work_and_the_parent_goes_on(store: str) -> None:
    raise_storm(
        """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)

        async def work(number):
            ids = [await generator.submit_task("noop", {}) for _ in range(number)]
            results = [await generator.get_test_generation_results(i) for i in ids]
            assert all(result["success"] for result in results)

        children = []
        for _ in range(5):
            asyncio.run(work(dice.randrange(20)))
            child = os.fork()
            if child == 0:
                asyncio.run(work(5))
                sys.exit(0)
            children.append(child)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        asyncio.run(work(5))
        """,
        store,
    )


@STORES
def test_an_exit_at_any_moment_is_clean(store: str) -> None:
    raise_storm(
        """
        async def call():
            task_id = await generator.submit_task("noop", {})
            await generator.get_test_generation_results(task_id)

        async def main():
            calls = [asyncio.ensure_future(call()) for _ in range(dice.randrange(200))]
            await asyncio.sleep(dice.random() / 20)
            if dice.random() < 0.5:
                sys.exit(0)

        asyncio.run(main())
        """,
        store,
    )
