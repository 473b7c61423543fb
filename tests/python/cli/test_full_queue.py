"""A queue that is full, seen from the command."""

from __future__ import annotations

from .conftest import Cli


def test_of_several_modules_all_are_submitted_or_none(cli: Cli) -> None:
    (cli.project / "src/shop/more.py").write_text("def double(number):\n    return 2 * number\n")
    full = cli("submit", "src/shop", OPENHANDS_QUEUE_SIZE="1")
    assert full.returncode == 3
    assert "1 task(s) that wait, and may have 1" in full.stderr
    assert full.stdout == ""
    assert [task["status"] for task in cli.json("list")["tasks"]] == ["cancelled"]
