"""The description of the service, tried against it by a tool that knows nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from .conftest import PATIENCE, Cli
from .test_serve import Service, token

ROOT = Path(__file__).parents[3]
SCHEMATHESIS = ROOT / ".venv-schemathesis/bin/schemathesis"
"""Made by `scripts/schemathesis.sh`."""

SETTINGS = Path(__file__).with_name("schemathesis.toml")
"""What does not depend on what there is."""

PLACES = {
    "/tasks/{id}": {"path.id": "tasks"},
    "/tasks/{id}/retry": {"path.id": "tasks"},
    "/tasks/{id}/result": {"path.id": "tasks"},
    "/tasks/{id}/logs": {"path.id": "tasks"},
    "/tasks/{id}/events": {"path.id": "tasks"},
    "/tasks/{id}/artifacts": {"path.id": "tasks"},
    "/tasks/{id}/artifacts/{path}": {"path.id": "documents", "path.path": "artifacts"},
    "/projects/{id}/artifacts": {"path.id": "projects"},
    "/projects/{id}/artifacts/{path}": {"path.id": "projects", "path.path": "artifacts"},
    "/webhooks/deliveries/{id}": {"path.id": "deliveries"},
    "/webhooks/deliveries/{id}/replay": {"path.id": "deliveries"},
}
"""Which routes get what is there, where inputs are drawn."""

EXAMPLES = "3"
"""How many inputs of each sort a route gets."""

SEED = "8"
"""The same inputs each time."""


def there(service: Service) -> dict[str, list[str]]:
    """Makes a task, a delivery, a project and its files; answers what they are called."""
    # Its files lie in no folder: the tool sends no slash within a path.
    document = {"project_id": "shop", "requirements_content": "REQ-001: User shall log in"}
    matrix = {"task_type": "generate_rtm", "payload": document}
    made = service.ask("POST", "/tasks", matrix, Prefer="wait=50")[2]
    assert made["status"] == "completed", made
    # Nobody takes it there: the delivery fails at once.
    missing = {
        "task_type": "generate_tests",
        "payload": {"module_path": "src/shop/pricing.py"},
        "callback_url": f"http://{service.host}/nowhere",
    }
    failed = service.ask("POST", "/tasks", missing, Prefer="wait=50")[2]
    assert failed["status"] == "failed", failed
    deadline = time.monotonic() + PATIENCE
    given_up = "/webhooks/deliveries?status=failed"
    while not (deliveries := service.ask("GET", given_up)[2]["deliveries"]):
        assert time.monotonic() < deadline, service.ask("GET", "/webhooks/deliveries")
        time.sleep(0.05)
    files = service.ask("GET", f"/tasks/{made['task_id']}/artifacts")[2]["artifacts"]
    return {
        "tasks": [made["task_id"], failed["task_id"]],
        "documents": [made["task_id"]],
        "projects": ["shop"],
        "artifacts": [file["path"] for file in files],
        "deliveries": [delivery["delivery_id"] for delivery in deliveries],
    }


def known(names: dict[str, list[str]]) -> str:
    """The settings by which the tool finds what is there."""
    lines = [f"\n[dictionaries.{name}]\nvalues = {json.dumps(names[name])}" for name in names]
    for path, places in PLACES.items():
        lines.append(f'\n[[operations]]\ninclude-path = "/api/v1{path}"\n[operations.parameters]')
        lines += [
            f'"{place}" = {{ dictionary = "{name}", probability = 1.0 }}'
            for place, name in places.items()
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("asks_for_keys", "phases"),
    # What differs without keys is who comes in: there it is enough to look whether all else holds.
    [(True, "examples,coverage,fuzzing,stateful"), (False, "fuzzing,stateful")],
    ids=["keys", "local"],
)
def test_the_service_does_what_its_description_says(
    cli: Cli, request: pytest.FixtureRequest, asks_for_keys: bool, phases: str
) -> None:
    if not SCHEMATHESIS.exists():
        missing = "schemathesis is missing: scripts/schemathesis.sh installs it"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    # What is asked for of it ends at once.
    (cli.project / "src/shop/pricing.py").unlink()
    key = cli("keys", "create", "ada", "--role", "admin").stdout.strip() if asks_for_keys else ""
    for project in ("shop", "spare"):
        cli("projects", "add", project, ".", "--member", "ada")
    cli.environment["OPENHANDS_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
    service = Service(cli, "--workers", "2", *(["--require-keys"] if asks_for_keys else []))
    request.addfinalizer(service.running.process.kill)
    service.key = key or token(cli)
    settings = cli.project / "schemathesis.toml"
    settings.write_text(SETTINGS.read_text() + known(there(service)))

    tried = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", settings,
            "run", f"http://{service.host}/openapi.json", "--checks", "all",
            "--phases", phases, "--max-examples", EXAMPLES, "--seed", SEED,
            "--generation-database", "none", "--no-shrink", "--no-color",
        ],
        cwd=cli.project, env=cli.environment | {"SERVICE_KEY": service.key},
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout + tried.stderr
    figures = service.ask("GET", "/metrics")[2]
    for path in PLACES if asks_for_keys else []:
        route = f'route="/api/v1{path.replace("{path}", "{*path}")}"'
        found = [f'{route},status="{status}"' in figures for status in (200, 202, 204, 409)]
        assert any(found), f"nothing was found at {path}: {figures}"
    code, said = service.stop()
    assert (code, service.key in said) == (143, False), said
