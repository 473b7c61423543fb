"""Scripts: what becomes of tasks whose attempts are played."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from datetime import timedelta
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import (
    GenerationResult,
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
)
from openhands_testgen.testing import (
    Outcome,
    Testbed,
    bad_tests,
    crash,
    fails,
    hang,
    ok,
    rate_limit,
    timeout,
    writes,
)

HOLDS = """
from shop.pricing import discount, total_price
import pytest


@pytest.mark.parametrize("total, member, percent", [(50, False, 0), (100, False, 5), (1, True, 10)])
def test_discount(total, member, percent):
    assert discount(total, member) == percent


def test_a_negative_total_is_refused():
    with pytest.raises(ValueError, match="negative"):
        discount(-1)


def test_the_sum():
    assert total_price([1, 2]) == 3
    with pytest.raises(ValueError, match="no prices"):
        total_price([])
"""

WRONG = """

def test_wrong():
    assert discount(1) == 7
"""


async def ending(
    testbed: Testbed, generator: OpenHandsTestGenerator, outcome: Outcome
) -> tuple[GenerationResult, int, int]:
    """What one task comes to: its result, its attempts, its retries."""
    testbed.script(outcome)
    task_id = await generator.submit_test_generation_task("src/shop/pricing.py")
    await testbed.drain()
    status = await generator.get_task_status(task_id)
    result = await generator.get_test_generation_results(task_id, timeout=0)
    return result, status["attempt"], status["retry_count"]


@pytest.mark.parametrize(
    ("outcome", "success", "error_kind", "attempts", "retries"),
    [
        (ok(), True, None, 1, 0),
        (ok(coverage=79.9), False, "coverage_gap", 1, 0),
        (timeout(), False, "timeout", 1, 0),
        (rate_limit(times=2), True, None, 3, 2),
        (rate_limit(), False, "rate_limit", 4, 3),
        (rate_limit(times=1, then=bad_tests()), False, "verification", 2, 1),
        (bad_tests(), False, "verification", 1, 0),
        (fails("transient", times=1), True, None, 2, 1),
        (fails("quota"), False, "quota", 1, 0),
        (crash(times=1), True, None, 2, 0),
        (crash(), False, "lost", 3, 0),
        (hang(), False, "timeout", 1, 0),
    ],
)
def test_an_outcome_is_what_the_engine_makes_of_it(
    testbed: Testbed,
    generator: OpenHandsTestGenerator,
    outcome: Outcome,
    success: bool,
    error_kind: str | None,
    attempts: int,
    retries: int,
) -> None:
    result, made, repeated = asyncio.run(ending(testbed, generator, outcome))

    assert (result["success"], result["error_kind"]) == (success, error_kind)
    assert (made, repeated) == (attempts, retries)


def test_a_played_success_says_that_nothing_was_run(
    testbed: Testbed, generator: OpenHandsTestGenerator, project: Path
) -> None:
    outcome = ok(coverage=91.5, tests=["test_discount"])

    result, _, _ = asyncio.run(ending(testbed, generator, outcome))

    detail = result["result"]
    assert detail is not None
    assert (detail["agent"], detail["tests"]) == ("scripted", ["test_discount"])
    assert (detail["coverage"]["percent"], detail["threshold_met"]) == (91.5, True)
    assert detail["verification"]["runs"] == 0
    assert "nothing was run" in detail["verification"]["note"]
    assert not (project / "tests").exists()


def test_a_played_result_has_the_keys_of_a_real_one(
    testbed: Testbed, generator: OpenHandsTestGenerator, project: Path
) -> None:
    published = project / "tests/shop/test_pricing.py"
    real, _, _ = asyncio.run(ending(testbed, generator, writes(HOLDS + WRONG)))
    published.unlink()

    played, _, _ = asyncio.run(ending(testbed, generator, ok(text=HOLDS)))

    assert shape(played["result"]) == shape(real["result"])
    assert published.read_text().startswith("# openhands-testgen sha256:")
    assert published.read_text().endswith(HOLDS)
    # What was written was really run: what does not hold is gone.
    assert real["result"] is not None
    assert [test["test"] for test in real["result"]["verification"]["removed"]] == ["test_wrong"]
    assert real["result"]["coverage"]["percent"] == 100.0


def shape(result: dict[str, Any] | None) -> object:
    """The keys of a result, and those of the dicts in it."""
    assert result is not None
    return {key: sorted(value) if isinstance(value, dict) else "-" for key, value in result.items()}


def test_a_list_is_played_in_the_order_of_submission(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> list[str | None]:
        testbed.script([fails("quota"), bad_tests(), *[ok()] * 20, timeout()])
        modules = [f"src/m{number}.py" for number in range(24)]
        ids = [await generator.submit_test_generation_task(module) for module in modules]
        await testbed.drain()
        return [(await generator.get_task_status(task_id))["error_kind"] for task_id in ids]

    kinds = asyncio.run(scenario())

    # A task too many has no outcome: a script that is too short is no success.
    assert kinds == ["quota", "verification", *[None] * 20, "timeout", "config"]


def test_a_module_has_a_script_of_its_own(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> dict[str, str | None]:
        testbed.script(ok())
        testbed.script([timeout(), fails("refused")], module=Path("./src/b.py"))
        kinds = {}
        for module in ("src/a.py", "src/b.py", "src/c.py", "src/b.py"):
            task_id = await generator.submit_test_generation_task(module)
            await testbed.drain()
            kinds[task_id] = (await generator.get_task_status(task_id))["error_kind"]
        return kinds

    assert list(asyncio.run(scenario()).values()) == [None, "timeout", None, "refused"]


def test_an_engine_on_a_testbed_is_nobody_elses(project: Path) -> None:
    config = OpenHandsIntegrationConfig(project_root=project, store="memory:", agent="local")

    async def submitted(generator: OpenHandsTestGenerator) -> int:
        await generator.submit_test_generation_task("src/shop/pricing.py", timeout=60)
        return (await generator.get_queue_stats())["total_tasks"]

    with Testbed() as outer:
        outer.script(hang())
        assert asyncio.run(submitted(OpenHandsTestGenerator(config))) == 1
        with Testbed():
            assert asyncio.run(submitted(OpenHandsTestGenerator(config))) == 1
        assert asyncio.run(submitted(OpenHandsTestGenerator(config))) == 2


def test_generators_on_a_file_play_the_script_too(testbed: Testbed, project: Path) -> None:
    testbed.script(ok(coverage=88.0))
    config = OpenHandsIntegrationConfig(project_root=project, agent="local")

    async def scenario() -> GenerationResult:
        return await OpenHandsTestGenerator(config).generate_tests("src/shop/pricing.py")

    assert asyncio.run(scenario())["success"]


def script(outcomes: Any, **arguments: Any) -> None:
    Testbed().script(outcomes, **arguments)


def advance(seconds: Any) -> None:
    Testbed().clock.advance(seconds)


def hurry(hurry: Any) -> None:
    Testbed().clock.hurry(hurry)


REFUSALS: list[tuple[Any, dict[str, Any], str]] = [
    (ok, {"coverage": 101}, "coverage: must be a number from 0 to 100, not 101"),
    (ok, {"coverage": True}, "coverage: must be a number from 0 to 100, not True"),
    (ok, {"coverage": nan}, "coverage: must be a number from 0 to 100, not nan"),
    (ok, {"seconds": -1}, "seconds: must be a number from 0 to 315360000, not -1"),
    (ok, {"text": 5}, "text: must be a text, not 5"),
    (ok, {"tests": "test_a"}, r"tests: must be a list of names, .*, not 'test_a'"),
    (ok, {"tests": [1]}, r"tests: must be a list of names, .*, not \[1\]"),
    (writes, {"text": None}, "text: must be a text, not None"),
    (bad_tests, {"removed": ["a"]}, r"removed: must be a dict of texts, .*, not \['a'\]"),
    (bad_tests, {"removed": {"a": 1}}, "removed: must be a dict of texts, .*, not {'a': 1}"),
    (rate_limit, {"times": 0}, "times: must be a whole number from 1 to 1000, not 0"),
    (rate_limit, {"retry_after": -1}, "retry_after: must be a number from 0 to .*, not -1"),
    (rate_limit, {"times": 1, "then": [ok()]}, r"then: must be one outcome, such as ok\(\), not"),
    (crash, {"then": ok()}, "then: comes after a number of times: pass `times` too"),
    (crash, {"noticed": "no"}, "noticed: must be True or False, not 'no'"),
    (fails, {"kind": 7}, "kind: must be a text, not 7"),
    (fails, {"kind": "quota", "message": None}, "message: must be a text, not None"),
    (script, {"outcomes": fails("no_such_kind")}, "outcomes: .*no_such_kind"),
    (script, {"outcomes": None}, r"outcomes: must be an outcome, such as ok\(\), .* not None"),
    (script, {"outcomes": "ok"}, r"outcomes: must be an outcome, such as ok\(\), .* not 'ok'"),
    (script, {"outcomes": {}}, r"outcomes: must be an outcome, such as ok\(\), .* not {}"),
    (script, {"outcomes": [42]}, r"outcomes: 42 is none: use ok\(\)"),
    (script, {"outcomes": [ok]}, r"outcomes: <function ok at .* is none: use ok\(\)"),
    (script, {"outcomes": ok(), "module": "/a.py"}, "module: .* project root, .* not '/a.py'"),
    (script, {"outcomes": ok(), "module": 5}, "module: must be a path from .*, not 5"),
    (script, {"outcomes": ok(), "module": ""}, "module: must be a path from .*, not ''"),
    (advance, {"seconds": inf}, "seconds: must be a number from 0 to 315360000, not inf"),
    (advance, {"seconds": nan}, "seconds: must be a number from 0 to 315360000, not nan"),
    (advance, {"seconds": -1}, "seconds: must be a number from 0 to 315360000, not -1"),
    (advance, {"seconds": True}, "seconds: must be a number from 0 to 315360000, not True"),
    (advance, {"seconds": "1 h"}, "seconds: must be a number from 0 to 315360000, not '1 h'"),
    (advance, {"seconds": timedelta(-1)}, "seconds: must be a number from 0 .*, not -86400.0"),
    (hurry, {"hurry": "yes"}, "hurry: must be True or False, not 'yes'"),
    (Testbed, {"scripted": "no"}, "scripted: must be True or False, not 'no'"),
]


@pytest.mark.parametrize(("call", "arguments", "message"), REFUSALS)
def test_what_cannot_happen_is_refused(call: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        call(**arguments)


def test_a_hanging_attempt_can_be_cancelled(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def scenario() -> Coroutine[Any, Any, Any] | Any:
        testbed.script(hang())
        task_id = await generator.submit_test_generation_task("src/shop/pricing.py")
        return (await generator.cancel_task(task_id))["status"]

    assert asyncio.run(scenario()) == "cancelled"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_is_on_no_testbed_of_its_parent(
    testbed: Testbed, generator: OpenHandsTestGenerator
) -> None:
    async def submitted() -> int:
        await generator.submit_test_generation_task("src/no_such_module.py")
        return (await generator.get_queue_stats())["total_tasks"]

    testbed.script(hang())
    assert asyncio.run(submitted()) == 1

    child = os.fork()
    if child == 0:
        try:
            os._exit(asyncio.run(submitted()))
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 1
    assert asyncio.run(submitted()) == 2
