"""The gate's suite: no agent, no network, no waiting."""

from __future__ import annotations

import asyncio

import pytest
from gate import ReleaseGate
from openhands_testgen import OpenHandsTestGenerator
from openhands_testgen.testing import (
    Clock,
    ScriptedAgent,
    SuiteEngine,
    crash,
    fails,
    hang,
    ok,
    rate_limit,
)

MODULES = ["src/cart.py", "src/stock.py", "src/mail.py"]


def test_the_gate_opens_when_all_modules_are_tested(
    testgen_generator: OpenHandsTestGenerator, testgen_engine: SuiteEngine
) -> None:
    report = asyncio.run(ReleaseGate(testgen_generator).decide(MODULES, "v1"))

    assert report.is_open
    assert report.tested == MODULES
    assert len(testgen_engine.submitted(module="src/cart.py")) == 1


def test_it_says_why_it_stays_closed(
    testgen_generator: OpenHandsTestGenerator, scripted_agent: ScriptedAgent
) -> None:
    scripted_agent.script(ok(coverage=61), module="src/stock.py")
    scripted_agent.script(fails("quota"), module="src/mail.py")

    report = asyncio.run(ReleaseGate(testgen_generator).decide(MODULES, "v1"))

    assert report.untested == {"src/stock.py": "coverage_gap", "src/mail.py": "quota"}


@pytest.mark.testgen(hurry=True)
def test_bad_moments_are_ridden_out(
    testgen_generator: OpenHandsTestGenerator, scripted_agent: ScriptedAgent
) -> None:
    # In the order of submission; the back-off of many seconds takes none.
    scripted_agent.script([rate_limit(times=3), crash(times=2), ok(seconds=200)])

    assert asyncio.run(ReleaseGate(testgen_generator).decide(MODULES, "v1")).is_open


def test_a_second_run_of_the_step_submits_nothing_twice(testgen_engine: SuiteEngine) -> None:
    # The gate makes its own generator here: it lands on the test's engine all the same.
    for _ in range(2):
        assert asyncio.run(ReleaseGate().decide(MODULES, "v1")).is_open

    assert len(testgen_engine.submitted()) == len(MODULES)


@pytest.mark.testgen(default_timeout_seconds=3600)
def test_what_takes_too_long_is_cancelled(
    testgen_generator: OpenHandsTestGenerator,
    scripted_agent: ScriptedAgent,
    testgen_clock: Clock,
) -> None:
    scripted_agent.script(hang(), module="src/mail.py")

    async def half_an_hour_later() -> dict[str, str]:
        deciding = asyncio.create_task(ReleaseGate(testgen_generator).decide(MODULES, "v1"))
        for _ in range(3):  # it submits, and begins to wait
            await asyncio.sleep(0)
        testgen_clock.advance(30 * 60)
        return (await deciding).untested

    assert asyncio.run(half_an_hour_later()) == {"src/mail.py": "cancelled"}
