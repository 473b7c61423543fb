"""The description of the service, tried against it by a tool that knows nothing else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .conftest import Cli
from .test_serve import Service, token

ROOT = Path(__file__).parents[3]
SCHEMATHESIS = ROOT / ".venv-schemathesis/bin/schemathesis"
"""Made by `scripts/schemathesis.sh`."""

EXAMPLES = "3"
"""How many inputs of each sort a route gets."""

SEED = "8"
"""The same inputs each time."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("asks_for_keys", "phases"),
    # What differs without keys is who comes in: there it is enough to look whether all else holds.
    [(True, "examples,coverage,fuzzing,stateful"), (False, "fuzzing,stateful")],
    ids=["keys", "local"],
)
def test_the_service_does_what_its_description_says(
    cli: Cli, asks_for_keys: bool, phases: str
) -> None:
    if not SCHEMATHESIS.exists():
        missing = "schemathesis is missing: scripts/schemathesis.sh installs it"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    # What is asked for of it ends at once.
    (cli.project / "src/shop/pricing.py").unlink()
    key = cli("keys", "create", "ada", "--role", "admin").stdout.strip() if asks_for_keys else ""
    cli("projects", "add", "shop", ".", "--member", "ada")
    service = Service(cli, "--workers", "2", *(["--require-keys"] if asks_for_keys else []))
    service.key = key or token(cli)
    documents = {"project_id": "shop", "rtm_content": "REQ-001: User shall be able to login"}
    made = service.ask("POST", "/tasks/generate-test-cases", documents, Prefer="wait=50")
    assert made[2]["status"] == "completed", made

    tried = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", Path(__file__).with_name("schemathesis.toml"),
            "run", f"http://{service.host}/openapi.json", "--checks", "all",
            "--phases", phases, "--max-examples", EXAMPLES, "--seed", SEED,
            "--generation-database", "none", "--no-shrink", "--no-color",
        ],
        cwd=cli.project, env=cli.environment | {"SERVICE_KEY": service.key},
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout + tried.stderr
    code, said = service.stop()
    assert (code, service.key in said) == (143, False), said
