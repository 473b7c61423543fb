"""`openhands-testgen plan`: prompts on the command line."""

from __future__ import annotations

import re

from .conftest import Cli

PLAN = "# Shop\n\n## Phase 1: Begin\n\n- T1: Draw it (1 day)\n- T2: Make it (2 days, after T1)\n"


def test_a_simple_prompt_is_answered_with_its_result(cli: Cli) -> None:
    done = cli("plan", "Parse requirements for a todo app")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Requirements\n\n- REQ-001: todo app")
    # The words need no quotes.
    assert (
        "REQ-001: todo app" in cli("plan", "Parse", "requirements", "for", "a", "todo app").stdout
    )


def test_a_prompt_in_the_background_is_answered_with_an_id_and_goes_on(cli: Cli) -> None:
    submitted = cli("plan", "Submit async: Plan a shop with cart and stock")
    found = re.search(r"Task ID: ([0-9a-f-]{36})", submitted.stdout)
    assert found, submitted

    cli("results", found[1])
    told = cli("plan", f"Get result for task {found[1]}")

    assert told.stdout.startswith("✅ Task Completed!")
    assert "cart" in told.stdout
    assert cli("plan", "Check status").stdout == told.stdout


def test_a_prompt_may_come_from_a_file(cli: Cli) -> None:
    (cli.project / "plan.md").write_text("Validate this plan:\n" + PLAN)
    prompt = (cli.project / "plan.md").read_text()

    done = cli("plan", prompt)

    assert done.stdout.startswith("# The plan holds.\n\n2 tasks in 1 phase")


def test_programs_get_a_document(cli: Cli) -> None:
    document = cli.json(
        "plan", "Validate this plan:\n- T1: a (1 day, after T2)\n- T2: b (1 day, after T1)"
    )

    assert (document["mode"], document["why"]) == ("sync", "simple")
    (task,) = document["tasks"]
    assert (task["tool"], task["status"]) == ("validate_plan", "completed")
    assert task["result"]["findings"][0]["code"] == "cycle"


def test_what_takes_too_long_goes_on_in_a_worker(cli: Cli) -> None:
    done = cli("plan", "--limit", "0", "Plan a todo app")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("It takes longer than 0 s, and goes on.")
    found = re.search(r"Task ID: ([0-9a-f-]{36})", done.stdout)
    assert found
    assert "todo app" in cli("results", found[1]).stdout


def test_an_empty_prompt_is_refused_with_what_to_say(cli: Cli) -> None:
    done = cli("plan", " ")

    assert done.returncode != 0
    assert 'say what is to be planned, such as "Plan a todo app"' in done.stderr


def test_a_store_in_memory_keeps_nothing_for_later(cli: Cli) -> None:
    done = cli("plan", "Submit async: Plan a shop", OPENHANDS_STORE="memory:")

    assert done.returncode != 0
    assert "memory:" in done.stderr


def test_of_tasks_that_the_queue_does_not_take_those_before_are_told(cli: Cli) -> None:
    done = cli(
        "plan", "Submit 3 tasks: plan A, B, and C", OPENHANDS_QUEUE_SIZE="1", OPENHANDS_WORKERS="0"
    )

    assert done.returncode != 0
    assert len(re.findall(r"Task ID: ([0-9a-f-]{36})", done.stdout)) == 1
    assert "1 task(s) that wait, and may have 1" in done.stderr
