"""`generate`: modules in, verified test files out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Cli

PIPED = f"'{sys.executable}' -m openhands_testgen {{}} | head -0"

UNREACHABLE = '''
def never(number: int) -> str:
    """Most of it is out of reach."""
    if number * number < 0:
        first = number + 1
        second = first + 1
        third = second + 1
        return str(first + second + third)
    return "fine"
'''


def test_what_plain_pytest_needs_is_said_once_it_needs_something(cli: Cli, project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    done = cli("generate", "src/shop/pricing.py")
    assert done.returncode == 0, done.stderr
    assert 'pytest finds shop.pricing only with `pythonpath = ["src"]`' in done.stderr


def test_a_verified_file_is_written(cli: Cli, project: Path) -> None:
    done = cli("generate", "src/shop/pricing.py")
    assert done.returncode == 0, done.stderr
    written = project / "tests/shop/test_pricing.py"
    assert written.read_text().startswith("# openhands-testgen sha256:")
    assert "tests/shop/test_pricing.py" in done.stdout
    assert "coverage" in done.stdout
    rerun = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", written],
        cwd=project,
        env=cli.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert rerun.returncode == 0, rerun.stdout


def test_each_change_is_one_plain_line_on_standard_error(cli: Cli) -> None:
    done = cli("generate", "src/shop/pricing.py")
    lines = done.stderr.splitlines()
    assert all(line.startswith("src/shop/pricing.py: ") for line in lines), done.stderr
    assert lines[-1].startswith("src/shop/pricing.py: completed, ")
    assert len(lines) == len(set(lines)) <= 10
    assert "\x1b" not in done.stderr + done.stdout


def test_json_is_one_document_of_result_dicts(cli: Cli) -> None:
    document = cli.json("generate", "src/shop/pricing.py")
    assert document["success"] is True
    [result] = document["results"]
    assert set(result) == {
        "success", "task_id", "result", "error", "error_kind", "module_path", "output_path",
    }  # fmt: skip
    assert result["module_path"] == "src/shop/pricing.py"
    assert result["output_path"] == "tests/shop/test_pricing.py"
    assert result["result"]["coverage"]["percent"] >= 80
    assert result["result"]["verification"]["runs"] == 3


def test_a_folder_means_every_module_below_it(cli: Cli, project: Path) -> None:
    (project / "src/shop/tax.py").write_text("def tax(net: int) -> int:\n    return net // 5\n")
    (project / "src/shop/test_old.py").write_text("def test_old():\n    pass\n")
    document = cli.json("generate", "src")
    modules = [result["module_path"] for result in document["results"]]
    assert modules == ["src/shop/pricing.py", "src/shop/tax.py"]
    assert (project / "tests/shop/test_tax.py").exists()


def test_files_of_a_folder_with_nothing_to_test_are_left_out(cli: Cli, project: Path) -> None:
    (project / "src/shop/__main__.py").write_text("def main() -> None:\n    pass\n\n\nmain()\n")
    (project / "src/shop/constants.py").write_text("RATE = 5\n")
    done = cli("generate", "src")
    assert done.returncode == 0, done.stderr
    assert "note: left out 3 files with nothing to test" in done.stderr
    assert (project / "tests/shop/test_pricing.py").exists()
    assert not (project / "tests/shop/test_constants.py").exists()


def test_paths_begin_where_the_user_is(cli: Cli, project: Path) -> None:
    done = cli("generate", "pricing.py", cwd=project / "src/shop")
    assert done.returncode == 0, done.stderr
    assert (project / "tests/shop/test_pricing.py").exists()
    assert (project / "openhands_workspace/tasks.db").exists()


def test_the_test_file_can_be_named_for_one_module_only(cli: Cli, project: Path) -> None:
    done = cli("generate", "src/shop/pricing.py", "-o", "tests/test_prices.py")
    assert done.returncode == 0, done.stderr
    assert (project / "tests/test_prices.py").exists()
    refused = cli("generate", "src/shop/pricing.py", "src/other.py", "-o", "tests/test_prices.py")
    assert refused.returncode == 2
    assert "2 modules" in refused.stderr
    assert "hint: " in refused.stderr


def test_a_missing_module_fails_its_task_alone(cli: Cli, project: Path) -> None:
    done = cli("generate", "src/shop/gone.py", "src/shop/pricing.py")
    assert done.returncode == 1
    assert "error: src/shop/gone.py: " in done.stderr
    assert "does not exist" in done.stderr
    assert (project / "tests/shop/test_pricing.py").exists()


def test_too_little_coverage_keeps_the_tests_and_fails(cli: Cli, project: Path) -> None:
    (project / "src/shop/rates.py").write_text(UNREACHABLE)
    done = cli("generate", "src/shop/rates.py", "--max-iterations", "1")
    assert done.returncode == 1, done.stderr
    assert "tests/shop/test_rates.py" in done.stdout
    assert "below the threshold" in done.stderr
    assert "hint: the tests that pass are kept" in done.stderr
    assert (project / "tests/shop/test_rates.py").exists()


def test_a_file_of_the_user_is_replaced_with_overwrite_only(cli: Cli, project: Path) -> None:
    own = project / "tests/shop/test_pricing.py"
    own.parent.mkdir(parents=True)
    own.write_text("def test_mine():\n    assert True\n")
    refused = cli("generate", "src/shop/pricing.py")
    assert refused.returncode in (1, 3), refused.stderr
    assert "error: src/shop/pricing.py: " in refused.stderr
    assert "test_mine" in own.read_text()
    done = cli("generate", "src/shop/pricing.py", "--overwrite")
    assert done.returncode == 0, done.stderr
    assert "test_mine" not in own.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--coverage", "101"], "101"),
        (["--coverage", "-1"], "-1 is not in 0..=100"),
        (["--coverage", "all"], "all"),
        (["--timeout", "0"], "0"),
        (["-o", "../outside.py"], "outside"),
        (["--detach", "--wait-timeout", "3"], "--wait-timeout"),
    ],
)
def test_nonsense_is_refused_and_stores_nothing(
    cli: Cli, project: Path, arguments: list[str], said: str
) -> None:
    done = cli("generate", "src/shop/pricing.py", *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    assert not (project / "openhands_workspace").exists()


def test_a_folder_without_modules_is_refused(cli: Cli, project: Path) -> None:
    (project / "docs").mkdir()
    done = cli("generate", "docs")
    assert done.returncode == 2
    assert "no Python modules found in" in done.stderr


def test_settings_that_do_not_hold_are_named(cli: Cli) -> None:
    done = cli("generate", "src/shop/pricing.py", OPENHANDS_WORKERS="many")
    assert done.returncode == 3
    assert "error: workers must be" in done.stderr
    assert "OPENHANDS_WORKERS" in done.stderr
    assert "hint: " in done.stderr


def test_without_workers_nothing_is_promised(cli: Cli) -> None:
    done = cli("generate", "src/shop/pricing.py", OPENHANDS_WORKERS="0")
    assert done.returncode == 3
    assert "OPENHANDS_WORKERS" in done.stderr


def test_the_memory_store_serves_one_run(cli: Cli, project: Path) -> None:
    done = cli("generate", "src/shop/pricing.py", "--store", "memory:")
    assert done.returncode == 0, done.stderr
    assert (project / "tests/shop/test_pricing.py").exists()
    assert not (project / "openhands_workspace/tasks.db").exists()


def test_the_agent_that_nobody_chose_is_named_once(cli: Cli) -> None:
    del cli.environment["OPENHANDS_AGENT"]
    done = cli("generate", "src/shop/pricing.py")
    assert done.stderr.count("warning: ") == 1
    assert "OPENHANDS_AGENT=local" in done.stderr


def test_a_reader_that_has_had_enough_is_no_error(cli: Cli) -> None:
    for verb in ("completions bash", "config show", "generate src/shop/pricing.py"):
        done = subprocess.run(
            ["bash", "-c", f"{PIPED.format(verb)}; echo ${{PIPESTATUS[0]}}"],
            cwd=cli.project,
            env=cli.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.strip() == "0", done.stderr
        assert "Traceback" not in done.stderr
        assert "error" not in done.stderr
