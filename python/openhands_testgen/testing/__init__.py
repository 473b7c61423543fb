"""What becomes of tasks in your tests? What a script says: no agent works, and nothing is run.

The engine is the real one: its states, retries, events and results. On a `Testbed` the attempts are
played, and time is moved ahead instead of waited for::

    with Testbed() as testbed:
        testbed.script([ok(coverage=91.5), timeout(), rate_limit(times=2)])
        generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store="memory:"))
        ...

In pytest use the fixtures of `openhands_testgen.pytest_plugin`.
"""

from .outcomes import (
    Outcome,
    bad_tests,
    crash,
    fails,
    hang,
    ok,
    rate_limit,
    timeout,
    writes,
)
from .suite import Rehearsal, ScriptedAgent, SuiteEngine
from .testbed import Clock, Testbed

__all__ = [
    "Clock",
    "Outcome",
    "Rehearsal",
    "ScriptedAgent",
    "SuiteEngine",
    "Testbed",
    "bad_tests",
    "crash",
    "fails",
    "hang",
    "ok",
    "rate_limit",
    "timeout",
    "writes",
]
