"""The service as users start it: the real command, its handlers, its files, its end."""

from __future__ import annotations

import http.client
import json
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import PATIENCE, Cli, Running

JOBS = """
from openhands_testgen import TaskContext, handler


@handler("double")
async def double(context: TaskContext, payload: dict) -> dict:
    context.log("doubling")
    return {"doubled": payload["number"] * 2}
"""


class Service:
    """A service under way, and a client of it."""

    def __init__(self, cli: Cli, *arguments: str, port: str = "0") -> None:
        self.running: Running = cli.start("serve", "--port", port, *arguments)
        address = self.running.wait_for(r"serving on (http://\S+),")[1]
        self.host = urlsplit(address).netloc
        self.key = ""

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers and what was said, of one request."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        text = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            text = json.dumps(body)
        connection.request(method, path, text, sent)
        answer = connection.getresponse()
        said = answer.read().decode()
        connection.close()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, json.loads(said) if "json" in found["content-type"] else said

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ends it; answers its exit code and all that it said."""
        self.running.send(number)
        code, _, said = self.running.finish()
        return code, said


@pytest.fixture
def jobs(project: Path) -> str:
    (project / "jobs.py").write_text(JOBS)
    return "jobs"


@pytest.fixture
def service(cli: Cli, jobs: str) -> Iterator[Service]:
    """For the one user of this machine, who came in by the token."""
    service = Service(cli, "--handlers", jobs, "--workers", "1")
    service.key = token(cli)
    yield service
    if service.running.process.poll() is None:
        service.stop()


def token(cli: Cli) -> str:
    return (cli.project / "openhands_workspace/service.token").read_text().strip()


def test_a_handler_of_a_module_runs_what_is_submitted(service: Service, cli: Cli) -> None:
    body = {"task_type": "double", "payload": {"number": 21}}
    status, headers, task = service.ask("POST", "/api/v1/tasks", body, Prefer="wait=50")
    assert (status, task["result"]) == (200, {"doubled": 42})
    assert headers["location"] == f"/api/v1/tasks/{task['task_id']}"

    # One engine, many faces.
    assert cli.json("results", task["task_id"])["result"] == {"doubled": 42}
    lines = service.ask("GET", f"/tasks/{task['task_id']}/logs")[2]["lines"]
    assert [line["message"] for line in lines] == ["doubling"]


def test_tests_are_written_for_a_module_of_the_project(service: Service, cli: Cli) -> None:
    body = {"task_type": "generate_tests", "payload": {"module_path": "src/shop/pricing.py"}}
    _, _, task = service.ask("POST", "/api/v1/tasks", body)
    while task["status"] in ("pending", "running"):
        _, _, task = service.ask("GET", f"/api/v1/tasks/{task['task_id']}/", Prefer="wait=50")
    assert task["status"] == "completed", task
    assert (task["user_id"], task["progress"]["percentage"]) == ("local", 100)
    assert (cli.project / task["result"]["test_file"]).exists()


def test_the_examples_of_the_page_run(service: Service, cli: Cli) -> None:
    page = (Path(__file__).parents[3] / "docs/service.md").read_text(encoding="utf-8")
    tasks = []
    for example in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        said = subprocess.run(
            ["sh", "-c", example.replace("cart.py", "pricing.py")],
            cwd=cli.project, env=cli.environment | {"SERVICE": f"http://{service.host}"},
            capture_output=True, text=True, timeout=PATIENCE, check=True,
        )  # fmt: skip
        tasks.append(json.loads(said.stdout))
    tests, cases = tasks
    assert tests["metadata"]["module_path"] == "src/shop/pricing.py"
    assert tests["task_type"] == "generate_tests"
    assert (cases["task_type"], cases["project_id"]) == ("generate_test_cases", "shop")
    assert cases["status"] == "completed", cases


def test_the_token_is_a_secret_of_its_user_and_stays(service: Service, cli: Cli, jobs: str) -> None:
    path = cli.project / "openhands_workspace/service.token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert service.ask("GET", "/api/v1/me")[2] == {"user_id": "local", "role": "admin"}

    code, said = service.stop()
    assert code == 143, said
    assert service.key not in said
    again = Service(cli, "--handlers", jobs)
    again.key = service.key
    assert again.ask("GET", "/api/v1/tasks")[0] == 200
    assert again.stop(signal.SIGINT)[0] == 130


def test_a_client_without_a_key_is_told_how_to_come_in(service: Service) -> None:
    service.key = ""
    status, headers, problem = service.ask("GET", "/api/v1/tasks")
    assert (status, headers["content-type"]) == (401, "application/problem+json")
    assert "service.token" in problem["detail"]
    assert service.ask("GET", "/healthz")[0] == 200


def test_the_tests_that_were_generated_are_read_over_http(service: Service, cli: Cli) -> None:
    body = {"task_type": "generate_tests", "payload": {"module_path": "src/shop/pricing.py"}}
    _, _, task = service.ask("POST", "/api/v1/tasks", body, Prefer="wait=50")
    assert task["status"] == "completed", task
    place = f"/api/v1/tasks/{task['task_id']}/artifacts"
    written = cli.project / task["result"]["test_file"]

    _, _, listed = service.ask("GET", place)
    assert [(file["path"], file["size"]) for file in listed["artifacts"]] == [
        (task["result"]["test_file"], written.stat().st_size)
    ]
    status, headers, text = service.ask("GET", f"{place}/{task['result']['test_file']}")
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert text == written.read_text()
    assert service.ask("GET", f"{place}/src/shop/pricing.py")[0] == 404


def test_the_code_of_a_project_that_lies_elsewhere_is_measured(
    service: Service, cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "pyproject.toml").write_text("")
    (elsewhere / "calc.py").write_text(
        "def sign(number):\n    if number < 0:\n        return -1\n    return 1\n"
    )
    (elsewhere / "tests").mkdir()
    (elsewhere / "tests/test_calc.py").write_text(
        "from calc import sign\n\n\ndef test_one():\n    assert sign(2) == 1\n"
    )
    assert cli("projects", "add", "calc", str(elsewhere)).returncode == 0
    body = {"project_id": "calc", "file_path": "calc.py"}
    _, _, task = service.ask("POST", "/api/v1/tasks/coverage-analysis", body, Prefer="wait=50")
    assert task["status"] == "completed", task
    measured = task["result"]["coverage_analysis"]
    assert (measured["test_file"], measured["missing_lines"]) == ("tests/test_calc.py", [3])
    assert measured["threshold_met"] is False


def test_a_running_task_goes_back_to_the_queue_at_the_end(
    service: Service, cli: Cli, slow_module: str
) -> None:
    body = {"task_type": "generate_tests", "payload": {"module_path": slow_module}}
    _, _, task = service.ask("POST", "/api/v1/tasks", body)
    cli.wait_for_status(task["task_id"], "running")
    service.running.send(signal.SIGTERM)
    service.running.wait_for("stopping: ")
    # Once more: what runs is abandoned, and the next engine runs it again.
    service.running.send(signal.SIGTERM)
    code, _, said = service.running.finish()
    assert code == 143, said
    assert cli.json("status", task["task_id"])["status"] in ("queued", "running", "completed")


def test_a_store_that_is_away_is_told_of_once_and_worked_when_it_is_back(
    service: Service, cli: Cli
) -> None:
    store = cli.project / "openhands_workspace/tasks.db"
    away = store.rename(store.with_name("away.db"))
    service.running.wait_for("tasks could not be claimed")
    body = {"task_type": "double", "payload": {"number": 21}}
    for _ in range(50):
        assert service.ask("POST", "/tasks", body)[0] == 503
    away.rename(store)
    service.running.wait_for("tasks are claimed again")
    assert service.ask("POST", "/tasks", body, Prefer="wait=50")[2]["result"] == {"doubled": 42}
    _, said = service.stop()
    assert said.count("could not be claimed") == 1, said


def test_others_are_served_with_keys_only(cli: Cli) -> None:
    refused = cli("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert "has none that holds" in refused.stderr
    assert "keys create USER" in refused.stderr
    in_memory = cli("serve", "--host", "0.0.0.0", "--store", "memory:")
    assert in_memory.returncode == 2
    assert "`memory:` keeps none" in in_memory.stderr


def test_keys_are_made_listed_and_revoked(cli: Cli) -> None:
    made = cli("keys", "create", "ada", "--label", "laptop")
    key = made.stdout.strip()
    assert re.fullmatch(r"otg_[0-9a-f]{12}_[0-9a-f]{64}", key), made.stderr
    reader = cli.json("keys", "create", "bob", "--role", "read-only", "--days", "1")
    assert (reader["user"], reader["role"]) == ("bob", "read_only")
    listed = cli("keys", "list").stdout
    assert "laptop" in listed
    assert "read_only" in listed
    assert key.split("_")[2] not in listed
    assert "digest" not in json.dumps(cli.json("keys", "list"))

    service = Service(cli, "--host", "0.0.0.0", "--workers", "0")
    service.host = service.host.replace("0.0.0.0", "127.0.0.1")
    assert service.ask("GET", "/tasks")[0] == 401
    service.key = key
    assert service.ask("GET", "/api/v1/me")[2] == {"user_id": "ada", "role": "user"}
    service.key = reader["key"]
    assert service.ask("POST", "/tasks", {"task_type": "generate_tests"})[0] == 403

    assert cli("keys", "revoke", key.split("_")[1]).returncode == 0
    service.key = key
    assert service.ask("GET", "/tasks")[0] == 401
    assert "revoked" in cli("keys", "list").stdout
    unknown = cli("keys", "revoke", "0" * 12)
    assert unknown.returncode == 2
    assert f'no key has the id "{"0" * 12}"' in unknown.stderr
    service.stop()


def test_projects_are_added_listed_and_removed(cli: Cli) -> None:
    key = cli("keys", "create", "ada").stdout.strip()
    added = cli("projects", "add", "shop", ".", "--member", "ada", "--member", "bob")
    assert (added.returncode, "members: ada, bob" in added.stderr) == (0, True), added.stderr
    shop = cli.json("projects", "add", "other", "src")
    assert (shop["project_id"], shop["root"]) == ("other", str(cli.project.resolve() / "src"))
    listed = cli("projects", "list").stdout
    assert "ada, bob" in listed
    assert "none but admins" in listed

    service = Service(cli, "--require-keys", "--workers", "0")
    service.key = key
    expected = {"projects": [{"project_id": "shop", "owner": None, "members": ["ada", "bob"]}]}
    assert service.ask("GET", "/api/v1/projects")[2] == expected
    assert cli("projects", "remove", "shop").returncode == 0
    status, _, problem = service.ask("GET", "/api/v1/projects/shop/artifacts")
    assert (status, "projects add ID PATH" in problem["detail"]) == (404, True)
    service.stop()

    for refused, says in (
        (("remove", "shop"), "no project has the id shop"),
        (("add", "shop", "nowhere"), "nowhere is no project"),
        (("add", "../shop", "."), "is no id of a project"),
    ):
        answer = cli("projects", *refused)
        assert (answer.returncode, says in answer.stderr) == (2, True), answer.stderr


def test_a_key_may_say_who_is_told_of_its_tasks(cli: Cli) -> None:
    url = "https://example.org/hook"
    key = cli.json("keys", "create", "ada", "--callback-url", url)
    assert key["callback_url"] == url
    assert key["webhook_secret"].startswith("whsec_")
    assert key["webhook_secret"] not in json.dumps(cli.json("keys", "list"))
    rotated = cli("keys", "webhook-secret", key["id"])
    assert rotated.stdout.startswith("whsec_"), rotated.stderr
    assert rotated.stdout.strip() != key["webhook_secret"]

    local = cli("keys", "create", "ada", "--callback-url", "http://127.1/hook")
    assert local.returncode == 2
    assert "loopback" in local.stderr


def test_the_secret_of_webhooks_is_its_users_alone(service: Service, cli: Cli) -> None:
    path = cli.project / "openhands_workspace/webhook.secret"
    assert path.read_text(encoding="utf-8").startswith("whsec_")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    body = {"task_type": "generate_tests", "callback_url": "http://[::ffff:127.0.0.1]/"}
    status, _, problem = service.ask("POST", "/tasks", body)
    assert (status, problem["field"]) == (422, "callback_url")


def test_a_port_that_is_taken_is_named(service: Service, cli: Cli) -> None:
    port = service.host.rsplit(":", 1)[1]
    refused = cli("serve", "--port", port)
    assert refused.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert "--port 0" in refused.stderr


def test_a_host_that_is_none_is_named(cli: Cli) -> None:
    refused = cli("serve", "--host", "not a host")
    assert refused.returncode == 2
    assert "--host not a host is no address" in refused.stderr
