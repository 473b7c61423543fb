"""`run`: work on the documents of a project, from the command line."""

from __future__ import annotations

import json

from .conftest import Cli


def test_a_matrix_is_made_and_told(cli: Cli) -> None:
    folder = cli.project / "openhands_workspace/projects/shop/artifacts"
    folder.mkdir(parents=True)
    (folder / "requirement.md").write_text("REQ-1: a\n\nProse.\n")

    done = cli("run", "generate_rtm", "--project", "shop")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("shop: 2 files in ")
    assert "line 3 was not read: prose" in done.stdout
    assert (folder / "requirements_traceability_matrix.md").is_file()


def test_a_payload_comes_from_a_file_and_the_result_goes_to_programs(cli: Cli) -> None:
    payload = {"project_id": "shop", "rtm_content": "REQ-1: a\nREQ-2: b"}
    (cli.project / "payload.json").write_text(json.dumps(payload))

    answer = cli.json("run", "generate_test_cases", "--payload", "@payload.json")

    assert answer["success"] is True
    assert answer["results"][0]["result"]["total_count"] == 2


def test_a_module_is_measured(cli: Cli) -> None:
    tests = cli.project / "tests/shop"
    tests.mkdir(parents=True)
    (tests / "test_pricing.py").write_text(
        "from shop.pricing import discount\n\ndef test_small():\n    assert discount(1) == 0\n"
    )
    payload = '{"file_path": "src/shop/pricing.py"}'

    done = cli("run", "coverage_analysis", "--project", "shop", "--payload", payload)

    assert done.returncode == 0, done.stderr
    assert "1 test of tests/shop/test_pricing.py reach" in done.stdout
    assert "80 % are asked for: not reached" in done.stdout


def test_a_task_is_handed_to_a_worker(cli: Cli) -> None:
    payload = '{"requirements_content": "REQ-1: a"}'
    done = cli("run", "generate_rtm", "--project", "shop", "--payload", payload, "--detach")
    assert done.returncode == 0, done.stderr
    task_id = done.stdout.strip()

    results = cli("results", task_id)

    assert results.returncode == 0, results.stderr
    assert cli.json("status", task_id)["metadata"] == {"project_id": "shop"}
    assert "generate_rtm" in cli("status", task_id).stdout


def test_what_makes_no_sense_is_refused(cli: Cli) -> None:
    for arguments, says in [
        (["generate_rtm"], "project_id: is missing"),
        (["generate_rtm", "--payload", "[]"], "--payload is no object"),
        (["generate_rtm", "--payload", "{"], "--payload is no JSON"),
        (["generate_rtm", "--payload", "@none.json"], "--payload @none.json: No such file"),
        (["generate_rtm", "--project", "a", "--payload", '{"x": 1}'], 'no field "x"'),
    ]:
        refused = cli("run", *arguments)
        assert refused.returncode == 2, refused.stderr
        assert says in refused.stderr


def test_a_kind_of_ones_own_needs_its_handler(cli: Cli) -> None:
    refused = cli("run", "file_processing")

    assert refused.returncode == 3, refused.stderr
    assert "file_processing" in refused.stderr
