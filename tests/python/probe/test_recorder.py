"""What the recorder writes down of a pytest run."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

SECRET = "a secret of this run"
PLUGIN = Path(__file__).parents[3] / "python/openhands_testgen/probe/plugin"

Event = dict[str, Any]


def record(folder: Path, source: str, **settings: str) -> list[Event]:
    """Runs a test file with the recorder and reads the record."""
    written = folder / "test_it.py"
    written.write_text(source)
    measuring = folder.parent / f"{folder.name}-measuring"
    measuring.mkdir()
    (measuring / "secret").write_text(SECRET)
    file = measuring / "record"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PLUGIN),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OTG_RECORD": str(file),
        "OTG_SECRET": str(measuring / "secret"),
        "OTG_WRITTEN": str(written),
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
    assert not (measuring / "secret").exists()
    return believed(file.read_text().splitlines())


def believed(lines: list[str]) -> list[Event]:
    """The events of lines that follow from one another."""
    seal, events = "", []
    for line in lines:
        written, _, text = line.partition(" ")
        seal = sha256(f"{SECRET}{seal}{text}{SECRET}".encode()).hexdigest()
        assert written == seal, f"{text} is not sealed"
        events.append(json.loads(text))
    return events


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
    assert [(event["test"] and event["test"][-6:], event["paths"]) for event in touched] == [
        (None, ["on_load"]),
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


def test_other_machines_are_recorded_and_this_one_is_not(tmp_path: Path) -> None:
    source = (
        "import socket\n\n"
        "def test_a():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        socket.create_connection(server.getsockname()).close()\n\n"
        "def test_b():\n"
        "    try: socket.create_connection(('nowhere.invalid', 80), timeout=0.1)\n"
        "    except OSError: pass\n"
    )
    reached = of_kind(record(tmp_path, source), "reached")
    assert [(event["test"][-6:], event["paths"]) for event in reached] == [
        ("test_b", ["nowhere.invalid"])
    ]


def test_temporary_files_that_a_test_makes_are_recorded_but_for_those_of_pytest(
    tmp_path: Path,
) -> None:
    source = (
        "import os, tempfile\n\n"
        "def test_a(tmp_path): (tmp_path / 'x').write_text('x')\n\n"
        "def test_b():\n    folder = tempfile.mkdtemp()\n"
        "    open(os.path.join(folder, 'x'), 'w').close()\n"
        "    os.remove(os.path.join(folder, 'x'))\n    os.rmdir(folder)\n"
    )
    made = of_kind(record(tmp_path, source), "made")
    assert [(event["test"][-6:], len(event["paths"])) for event in made] == [("test_b", 1)]


def test_a_process_that_stays_is_recorded_and_one_that_ends_is_not(tmp_path: Path) -> None:
    source = (
        "import subprocess, sys\n\n"
        "def test_a(): subprocess.run(['true'], check=True)\n\n"
        "def test_b(): subprocess.Popen(['sleep', '5'])\n"
    )
    running = of_kind(record(tmp_path, source), "running")
    assert [(event["test"][-6:], event["paths"]) for event in running] == [("test_b", ["sleep 5"])]


def test_what_is_replaced_of_pytest_is_recorded(tmp_path: Path) -> None:
    source = (
        "import unittest\n\ndef test_a(): pass\n\n"
        "def test_b(): unittest.TestCase.assertEqual = print\n\n"
        "def test_c(monkeypatch): monkeypatch.setattr(unittest.TestCase, 'fail', print)\n"
    )
    meddled = of_kind(record(tmp_path, source, WATCH=str(tmp_path)), "meddled")
    assert [(event["test"][-6:], event["what"]) for event in meddled] == [
        ("test_b", "replaces unittest.case.TestCase.assertEqual")
    ]


def test_a_line_that_a_test_asks_for_is_not_written_but_told(tmp_path: Path) -> None:
    source = (
        "def test_a(request):\n"
        "    plugin = request.config.pluginmanager.get_plugin('otg-record')\n"
        "    plugin._write('end', exit=0, modules=[])\n"
        "    plugin.pytest_sessionfinish(0)\n"
    )
    events = record(tmp_path, source)
    meddled = {event["what"] for event in of_kind(events, "meddled")}
    assert meddled == {"writes into the record of the run"}
    assert len(of_kind(events, "end")) == 1


def test_refused_functions_are_counted_per_test(tmp_path: Path) -> None:
    module = "def f(): return 1\nONE = f()\n"
    (tmp_path / "original.py").write_text(module)
    script = PLUGIN.parent / "refuse_functions.py"
    paths = [tmp_path / "original.py", tmp_path / "shop.py"]
    command = [sys.executable, "-I", "-S", *map(str, [script, "rewrite", *paths])]
    assert subprocess.check_output(command, timeout=60) == b"1\n"
    source = (
        "from shop import f, ONE\n\ndef test_a(): assert f() == 1\n\n"
        "def test_b(): assert ONE == 1\n"
    )
    events = record(tmp_path, source, REFUSE="1")
    refused = [(event["test"][-6:], event["times"]) for event in of_kind(events, "refused")]
    assert refused == [("test_a", 1), ("test_b", 0)]
    assert of_kind(events, "entered") == [{"event": "entered", "lines": [1]}]
    outcomes = [event["outcome"] for event in of_kind(events, "phase") if event["when"] == "call"]
    assert outcomes == ["failed", "passed"]
