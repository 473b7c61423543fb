"""What the recorder writes down of a pytest run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLUGIN = Path(__file__).parents[3] / "python/openhands_testgen/probe/plugin"

Event = dict[str, Any]


def record(folder: Path, source: str, **settings: str) -> list[Event]:
    """Runs a test file with the recorder and reads the record."""
    (folder / "test_it.py").write_text(source)
    file = folder.parent / f"{folder.name}.jsonl"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PLUGIN),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OTG_RECORD": str(file),
        **{f"OTG_{name}": value for name, value in settings.items()},
    }
    options = ["-p", "otg_recorder", "-p", "no:cacheprovider", "-q", "test_it.py"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        timeout=60,
    )
    return [json.loads(line) for line in file.read_text().splitlines()]


def of_kind(events: list[Event], kind: str) -> list[Event]:
    """The events of one kind."""
    return [event for event in events if event["event"] == kind]


def test_each_phase_and_the_end_are_recorded(tmp_path: Path) -> None:
    events = record(tmp_path, "def test_a():\n    assert 1 == 2\n")
    phases = [(event["when"], event["outcome"]) for event in of_kind(events, "phase")]
    assert phases == [("setup", "passed"), ("call", "failed"), ("teardown", "passed")]
    assert of_kind(events, "phase")[1]["text"].startswith("assert 1 == 2")
    assert events[-1]["event"] == "end"
    assert events[-1]["exit"] == 1


def test_a_test_that_ends_the_process_leaves_its_start_and_no_end(tmp_path: Path) -> None:
    events = record(tmp_path, "import os\n\ndef test_a():\n    os._exit(0)\n")
    assert events[-2]["event"] == "start"
    assert events[-1] == {**events[-1], "event": "phase", "when": "setup"}


def test_skips_and_expected_failures_are_told_apart(tmp_path: Path) -> None:
    source = (
        "import pytest\n\n@pytest.mark.skip(reason='later')\ndef test_a(): pass\n\n"
        "@pytest.mark.xfail\ndef test_b(): assert 0\n\n@pytest.mark.xfail\ndef test_c(): pass\n"
    )
    phases = of_kind(record(tmp_path, source), "phase")
    skipped = [event for event in phases if event["outcome"] == "skipped"]
    assert [(event["test"][-6:], event["xfail"]) for event in skipped] == [
        ("test_a", False),
        ("test_b", True),
    ]
    assert "later" in skipped[0]["text"]
    assert any(event["xfail"] and event["outcome"] == "passed" for event in phases)


def test_what_cannot_be_collected_is_recorded_with_its_reason(tmp_path: Path) -> None:
    events = record(tmp_path, "import not_installed\n")
    uncollected = of_kind(events, "uncollected")
    assert uncollected[0]["outcome"] == "failed"
    assert "No module named 'not_installed'" in uncollected[0]["text"]


def test_reverse_order_turns_every_pair_round(tmp_path: Path) -> None:
    source = "def test_a(): pass\ndef test_b(): pass\nclass TestC:\n    def test_c(self): pass\n"
    events = record(tmp_path, source, ORDER="reverse")
    tests = of_kind(events, "collected")[0]["tests"]
    assert [test.rsplit("::", 1)[1] for test in tests] == ["test_c", "test_b", "test_a"]


def test_an_endless_test_fails_when_its_time_is_up(tmp_path: Path) -> None:
    source = "def test_a():\n    while True: pass\n\ndef test_b(): pass\n"
    phases = of_kind(record(tmp_path, source, TEST_SECONDS="0.3"), "phase")
    failed = [event for event in phases if event["outcome"] == "failed"]
    assert len(failed) == 1
    assert failed[0]["text"].endswith("took longer than 0.3 s")


def test_changed_files_are_laid_to_the_test_that_changed_them(tmp_path: Path) -> None:
    source = (
        "open('on_load', 'w').close()\n\n"
        "def test_a(): pass\n\ndef test_b(): open('left', 'w').close()\n\n"
        "def test_c(): open('left', 'a').write('x')\n"
    )
    changed = of_kind(record(tmp_path, source, WATCH=str(tmp_path)), "changed")
    found = [(event["test"] and event["test"][-6:], event["paths"]) for event in changed]
    assert found == [(None, ["on_load"]), ("test_b", ["left"]), ("test_c", ["left"])]
    assert [event["only_added"] for event in changed] == [True, True, False]


def test_what_a_test_tries_to_do_to_files_is_recorded(tmp_path: Path) -> None:
    source = (
        "import os, shutil, pytest\nfrom pathlib import Path\nopen('on_load', 'w').close()\n\n"
        "@pytest.fixture\ndef tidy():\n    yield\n"
        "    shutil.rmtree(b'build', ignore_errors=True)\n\n"
        "def test_a(tidy): pass\n\n"
        "def test_b(): (Path.home() / '.no_such_file').unlink(missing_ok=True)\n\n"
        "def test_c():\n    with pytest.raises(OSError): os.rename('no', 'where')\n\n"
        "def test_d():\n    with pytest.raises(OSError): open('no/file', 'a')\n\n"
        "def test_e(tmp_path, monkeypatch):\n"
        "    (tmp_path / 'out').symlink_to(os.getcwd())\n"
        "    monkeypatch.chdir(tmp_path)\n    open('out/left', 'w').close()\n"
    )
    touched = of_kind(record(tmp_path, source), "touched")
    assert [(event["test"][-6:], event["paths"]) for event in touched] == [
        ("test_a", ["build"]),
        ("test_b", ["~/.no_such_file"]),
        ("test_c", ["no", "where"]),
        ("test_d", ["no/file"]),
        ("test_e", ["left"]),
    ]


def test_temporary_files_and_files_that_are_read_are_not_recorded(tmp_path: Path) -> None:
    source = (
        "import os, shutil, tempfile, subprocess\n\n"
        "def test_a(tmp_path, monkeypatch):\n"
        "    open('test_it.py').close()\n    os.makedirs(os.getcwd(), exist_ok=True)\n"
        "    open(os.devnull, 'w').close()\n"
        "    monkeypatch.chdir(tmp_path)\n    os.makedirs('a/b')\n    open('a/b/c', 'w').close()\n"
        "    os.symlink(__file__, 'link')\n    os.remove('link')\n    shutil.rmtree('a')\n\n"
        "def test_b(capfd):\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        os.makedirs(folder + '/a/b')\n        shutil.copy(__file__, folder + '/a/b')\n"
        "    tempfile.TemporaryFile().close()\n    subprocess.run(['true'], check=True)\n"
        "    read, write = os.pipe()\n    os.close(read)\n    open(write, 'w').close()\n"
    )
    events = record(tmp_path, source)
    assert of_kind(events, "touched") == []
    assert events[-1]["exit"] == 0


def test_the_file_of_the_module_under_test_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("x = 1\n")
    source = "import shop\n\ndef test_a(): assert shop.x\n"
    file = os.path.realpath(tmp_path / "shop.py")
    events = record(tmp_path, source, MODULE="shop", MODULE_FILE=file)
    assert events[-1]["modules"] == [{"name": "shop", "file": file}]


def test_its_settings_are_not_seen_by_tests(tmp_path: Path) -> None:
    source = (
        "import os\n\ndef test_a(): assert not [n for n in os.environ if n.startswith('OTG_')]\n"
    )
    assert record(tmp_path, source, ORDER="reverse")[-1]["exit"] == 0


def test_a_forked_child_writes_nothing(tmp_path: Path) -> None:
    source = (
        "import os\n\ndef test_a():\n    if os.fork() == 0:\n        return\n    os.wait()\n\n"
        "def test_b(): pass\n"
    )
    events = record(tmp_path, source)
    assert len(of_kind(events, "end")) == 1
    assert len(of_kind(events, "start")) == len(of_kind(events, "finish")) == 2


@pytest.mark.parametrize("content", ["", "x = 1\n"])
def test_a_file_without_tests_ends_with_code_5(tmp_path: Path, content: str) -> None:
    events = record(tmp_path, content)
    assert of_kind(events, "collected")[0]["tests"] == []
    assert events[-1]["exit"] == 5
