"""A pytest plug-in: leaves tests out, shuffles the rest, writes down what failed.

`BENCH_CONFIG` names a JSON file: `{"drop": [ids], "order": seed or null, "record": path}`.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest


class Recorder:
    """What one run came to."""

    def __init__(self, config: dict[str, object]) -> None:
        self.dropped = set(config["drop"])
        self.order = config["order"]
        self.record = Path(config["record"])
        self.tests: list[str] = []
        self.failed: set[str] = set()
        self.skipped: set[str] = set()
        self.uncollected = 0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Chooses and orders."""
        items[:] = [item for item in items if item.nodeid not in self.dropped]
        if self.order is not None:
            random.Random(self.order).shuffle(items)
        self.tests = [item.nodeid for item in items]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be loaded."""
        self.uncollected += report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase of a test; an expected failure counts as skipped."""
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Written at the end, or not at all."""
        answer = {
            "tests": self.tests,
            "failed": sorted(self.failed),
            "skipped": sorted(self.skipped),
            "uncollected": self.uncollected,
        }
        self.record.write_text(json.dumps(answer))


def pytest_configure(config: pytest.Config) -> None:
    """Begins the record."""
    settings = json.loads(Path(os.environ["BENCH_CONFIG"]).read_text())
    config.pluginmanager.register(Recorder(settings), "bench_recorder_of_this_run")
