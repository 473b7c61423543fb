"""Bad input: each ends in an error that names thing and remedy, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openhands_testgen import (
    ConfigurationError,
    GenerationResult,
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    StoreError,
    SubmissionError,
    TaskNotFoundError,
)

GOOD = "def double(number: int) -> int:\n    return 2 * number\n"


@pytest.fixture
def generator(project: Path) -> Iterator[OpenHandsTestGenerator]:
    made = OpenHandsTestGenerator(OpenHandsIntegrationConfig(python=sys.executable, agent="local"))
    yield made
    asyncio.run(made.stop(0))
    attempts = project / "openhands_workspace/.attempts"
    assert not attempts.exists() or not list(attempts.iterdir())


def generate(
    generator: OpenHandsTestGenerator, module: str | Path, **options: Any
) -> GenerationResult:
    async def main() -> GenerationResult:
        task_id = await generator.submit_test_generation_task(module, **options)
        return await generator.get_test_generation_results(task_id, 100)

    return asyncio.run(main())


def files(project: Path) -> set[Path]:
    return {
        path
        for path in project.rglob("*")
        if "openhands_workspace" not in path.relative_to(project).parts
    }


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("\n \n", "is empty", id="blank"),
        pytest.param(b"caf\xe9 = 1\n", "UTF-8", id="not UTF-8"),
        pytest.param("def broken(:\n    pass\n", "syntax", id="syntax error"),
        pytest.param(f"import not_installed_xyz\n{GOOD}", "not_installed_xyz", id="missing import"),
        pytest.param(f"import sys\nsys.exit(3)\n{GOOD}", "exit", id="sys.exit"),
        pytest.param(f"raise RuntimeError('not today')\n{GOOD}", "not today", id="raises"),
        pytest.param(f"import os\nos._exit(0)\n{GOOD}", "import", id="os._exit"),
        pytest.param("LIMIT = 3\n", "test", id="nothing testable"),
    ],
)
def test_a_module_that_cannot_be_tested_says_why(
    project: Path, generator: OpenHandsTestGenerator, source: str | bytes, says: str
) -> None:
    (project / "module.py").write_bytes(source if isinstance(source, bytes) else source.encode())
    before = files(project)

    result = generate(generator, "module.py")

    assert (result["success"], result["error_kind"]) == (False, "invalid_module")
    assert result["error"] is not None
    assert "module.py" in result["error"]
    assert says.lower() in result["error"].lower()
    assert files(project) == before


def test_an_endless_import_is_stopped(project: Path, generator: OpenHandsTestGenerator) -> None:
    (project / "module.py").write_text(f"while True:\n    pass\n{GOOD}")

    result = generate(generator, "module.py")

    assert result["error_kind"] == "invalid_module"
    assert result["error"] is not None and "import" in result["error"]


def test_a_missing_module_is_accepted_and_fails_its_task(generator: OpenHandsTestGenerator) -> None:
    result = generate(generator, "src/nowhere.py")

    assert result["error_kind"] == "invalid_module"
    assert result["error"] is not None
    assert result["error"].startswith("module src/nowhere.py does not exist in the project")


def test_a_directory_is_no_module(project: Path, generator: OpenHandsTestGenerator) -> None:
    (project / "package.py").mkdir()

    result = generate(generator, "package.py")

    assert result["error"] == "module package.py is a directory: name a Python file in it"


def test_prints_and_a_network_call_at_import_do_no_harm(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(
        "import socket\nprint('loading' * 1000)\ntry:\n"
        "    socket.create_connection(('192.0.2.1', 80), 0.1)\nexcept OSError:\n    pass\n\n\n"
        + GOOD
    )

    result = generate(generator, "module.py")

    assert result["success"], result["error"]


def test_an_output_outside_of_the_project_is_refused(generator: OpenHandsTestGenerator) -> None:
    for output in ["../test_module.py", "/tmp/test_module.py", "tests/../../test_module.py"]:
        with pytest.raises(
            InvalidRequestError, match="output_path: .* is outside of the project root"
        ):
            generate(generator, "module.py", output_path=output)


def test_an_output_behind_a_link_that_leaves_the_project_is_refused(
    project: Path, tmp_path: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(GOOD)
    (tmp_path / "outside").mkdir()
    (project / "tests").symlink_to(tmp_path / "outside")

    result = generate(generator, "module.py")

    assert result["success"] is False
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_that_is_not_ours_is_never_replaced(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(GOOD)
    (project / "tests").mkdir()
    theirs = project / "tests/test_module.py"
    theirs.write_text("def test_of_mine():\n    assert True\n")

    result = generate(generator, "module.py")

    assert (result["success"], result["error_kind"]) == (False, "config")
    assert theirs.read_text() == "def test_of_mine():\n    assert True\n"
    assert generate(generator, "module.py", overwrite=True)["success"]
    ours = theirs.read_text()
    assert ours.startswith("# openhands-testgen sha256:")
    assert generate(generator, "module.py")["success"]
    theirs.write_text(ours + "\n# edited\n")
    assert generate(generator, "module.py")["error_kind"] == "config"


def test_a_namesake_that_would_spoil_the_whole_suite_is_named(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "package").mkdir()
    (project / "package/util.py").write_text(GOOD)
    (project / "tests").mkdir()
    (project / "tests/test_util.py").write_text("def test_of_mine():\n    assert True\n")

    refused = generate(generator, "package/util.py")
    other = generate(generator, "package/util.py", output_path="tests/package/test_package_util.py")

    assert (refused["success"], refused["error_kind"]) == (False, "config")
    assert refused["error"] is not None
    assert "tests/test_util.py" in refused["error"]
    assert "tests/package/test_package_util.py" in refused["error"]
    assert other["success"], other["error"]
    (project / "tests/__init__.py").touch()
    assert generate(generator, "package/util.py")["success"]


def test_a_folder_that_cannot_be_written_is_named(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(GOOD)
    (project / "tests").write_text("a file where a folder is needed")

    result = generate(generator, "module.py")

    assert result["success"] is False
    assert result["error"] is not None and "tests/test_module.py" in result["error"]
    assert (project / "tests").read_text() == "a file where a folder is needed"


@pytest.mark.parametrize(
    ("threshold", "says"),
    [
        (-1, "between 0 and 100 percent, not -1"),
        (101, "between 0 and 100 percent, not 101"),
        (10**30, "must be a whole number"),
        ("80", "must be a whole number, not '80'"),
        (80.5, "must be a whole number, not 80.5"),
        (True, "must be a whole number, not True"),
        (None, "must be a whole number, not None"),
    ],
)
def test_a_threshold_must_be_a_percentage(
    generator: OpenHandsTestGenerator, threshold: Any, says: str
) -> None:
    with pytest.raises(InvalidRequestError, match=f"coverage_threshold: .*{says}"):
        generate(generator, "module.py", coverage_threshold=threshold)


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        (".", "project root"),
        ("a\0b.py", "NUL"),
        ("../a.py", "outside of the project root"),
        ("/etc/passwd", "outside of the project root"),
        (3, "must be a path"),
        (None, "must be a path"),
        (b"a.py", "must be a path"),
    ],
)
def test_a_module_path_must_be_inside_of_the_project(
    generator: OpenHandsTestGenerator, module: Any, says: str
) -> None:
    with pytest.raises(InvalidRequestError, match=f"module_path: .*{says}") as caught:
        generate(generator, module)
    assert isinstance(caught.value, SubmissionError | ValueError | RuntimeError)
    assert asyncio.run(generator.list_tasks())["tasks"] == []


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"timeout": "5"},
        {"max_iterations": 0},
        {"max_iterations": 21},
        {"priority": 4},
        {"priority": "high"},
        {"metadata": {"key": print}},
        {"metadata": ["not", "a", "mapping"]},
        {"metadata": {"key": "x" * 70_000}},
        {"overwrite": "no"},
        {"output_path": "module.py"},
        {"output_path": ".git/test_module.py"},
        {"output_path": "openhands_workspace/test_module.py"},
        {"output_path": "tests/conftest.py"},
        {"output_path": "setup.py"},
        {"output_path": "tests/readme.txt"},
    ],
    ids=str,
)
def test_options_out_of_range_are_refused_by_name(
    generator: OpenHandsTestGenerator, options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{next(iter(options))}: "):
        generate(generator, "module.py", **options)


def test_paths_may_be_path_objects_and_absolute(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "módulo.py").write_text(GOOD, encoding="utf-8")

    result = generate(
        generator, project / "módulo.py", output_path=project / "tests" / "test_módulo.py"
    )

    assert result["success"], result["error"]
    assert (result["module_path"], result["output_path"]) == ("módulo.py", "tests/test_módulo.py")


@pytest.mark.parametrize("task_id", ["", "not-an-id", "0" * 10_000, "ünï", 3, None])
def test_a_task_id_must_be_one(generator: OpenHandsTestGenerator, task_id: Any) -> None:
    for method in (
        generator.get_task_status,
        generator.get_test_generation_results,
        generator.cancel_task,
        generator.retry_task,
    ):
        with pytest.raises((TaskNotFoundError, InvalidRequestError)) as caught:
            asyncio.run(method(task_id))
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("timeout", ["3", float("nan"), -1])
def test_how_long_to_wait_must_be_a_number_of_seconds(
    generator: OpenHandsTestGenerator, timeout: Any
) -> None:
    async def main() -> None:
        task_id = await generator.submit_task("noop", {})
        with pytest.raises(InvalidRequestError, match="^timeout: "):
            await generator.get_test_generation_results(task_id, timeout)

    asyncio.run(main())


def test_a_page_has_a_limit(generator: OpenHandsTestGenerator) -> None:
    for limit in (-1, 0, 1001):
        with pytest.raises(InvalidRequestError, match=f"limit: .*not {limit}"):
            asyncio.run(generator.list_tasks(limit=limit))


def test_results_are_the_same_each_time_they_are_read(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(GOOD)

    async def main() -> None:
        task_id = await generator.submit_test_generation_task("module.py")
        first = await generator.get_test_generation_results(task_id)
        second = await generator.get_test_generation_results(task_id, timeout=0)
        assert first == second
        first["result"] = None
        assert await generator.get_test_generation_results(task_id) == second

    asyncio.run(main())


def test_a_time_out_of_nothing_answers_at_once_and_the_task_goes_on(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(GOOD)

    async def main() -> None:
        result = await generator.generate_tests("module.py", timeout=0)
        assert result["success"] is False
        assert result["error"] is not None and "it goes on" in result["error"]
        assert (await generator.get_test_generation_results(result["task_id"]))["success"]

    asyncio.run(main())


def test_an_attempt_has_a_time_limit_of_its_own(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    (project / "module.py").write_text(f"sum(range(10**10))\n{GOOD}")

    result = generate(generator, "module.py", timeout=0.5)

    assert result["error_kind"] == "timeout"
    assert result["error"] is not None and "0.5 s" in result["error"]


def test_too_little_coverage_fails_but_keeps_the_tests(
    project: Path, generator: OpenHandsTestGenerator
) -> None:
    unreachable = "".join(
        f"    if number == {number} and str(number) == 'no':\n        return {number}\n"
        for number in range(30)
    )
    (project / "module.py").write_text(
        f"def pick(number: int) -> int:\n{unreachable}    return -1\n"
    )

    result = generate(generator, "module.py", coverage_threshold=100)

    assert (result["success"], result["error_kind"]) == (False, "coverage_gap")
    assert result["result"] is not None
    assert result["result"]["threshold_met"] is False
    assert 0 < result["result"]["coverage"]["percent"] < 100
    assert (project / "tests/test_module.py").is_file()


def test_an_interpreter_without_pytest_is_named_with_the_remedy(
    project: Path, tmp_path: Path
) -> None:
    (project / "module.py").write_text(GOOD)
    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare/bin/python"
    generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(python=python, store="memory:"))

    result = generate(generator, "module.py")

    asyncio.run(generator.stop(0))
    assert result["error_kind"] == "environment"
    assert result["error"] is not None
    assert f"{python} -m pip install pytest coverage" in result["error"]


def test_a_full_disk_is_named_and_leaves_nothing(project: Path, tmp_path: Path) -> None:
    (project / "module.py").write_text(GOOD)
    (project / "large.bin").write_bytes(b"x" * 2_000_000)
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        missing = "a small disk needs the right to mount: " + mounted.stderr.decode()
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    try:
        config = OpenHandsIntegrationConfig(workspace_root=disk / "work", store="memory:")
        generator = OpenHandsTestGenerator(config)
        result = generate(generator, "module.py")
        asyncio.run(generator.stop(0))

        assert result["error_kind"] == "environment"
        assert result["error"] is not None and "no space left" in result["error"]
        assert list((disk / "work/.attempts").iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("store", ["sqlite:", "redis://x", "nothing", "sqlite:a\0b"])
def test_a_store_must_be_an_address(project: Path, store: str) -> None:
    with pytest.raises(ConfigurationError, match="store"):
        OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store))


def test_a_store_that_is_a_folder_or_no_database_is_named_and_left_alone(project: Path) -> None:
    (project / "folder.db").mkdir()
    (project / "text.db").write_text("dear diary, " * 1_000)

    for name in ("folder.db", "text.db"):
        generator = OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=f"sqlite:{name}"))
        with pytest.raises(StoreError, match=name):
            asyncio.run(generator.get_queue_stats())
    assert (project / "text.db").read_text() == "dear diary, " * 1_000


def test_a_kind_must_be_known(generator: OpenHandsTestGenerator) -> None:
    with pytest.raises(
        InvalidRequestError,
        match="kind: .*unknown: use one of generate_tests, agent_task, generate_rtm",
    ):
        asyncio.run(generator.submit_task("paint_house", {}))
    with pytest.raises(InvalidRequestError, match="payload: colour"):
        asyncio.run(generator.submit_task("generate_tests", {"colour": "red"}))
