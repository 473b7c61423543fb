"""Modules that cannot be tested get one clear sentence."""

import pytest

from .conftest import Explore

STUBBORN = """\
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param(
            "def fine():\n    pass\n\n\ndef broken(:\n    pass\n",
            ["line 5: ", "syntax error"],
            id="syntax error",
        ),
        pytest.param(b"x = '\xff\xfe'\n", ["not valid UTF-8", "save it as UTF-8"], id="not utf-8"),
        pytest.param("", ["is empty"], id="empty"),
        pytest.param("\n\n   \n", ["is empty"], id="blank"),
        pytest.param(
            "import no_such_package_anywhere\n",
            ["ModuleNotFoundError: No module named 'no_such_package_anywhere'", "install it"],
            id="missing import",
        ),
        pytest.param("import sys\nsys.exit(3)\n", ["SystemExit: 3", "__main__"], id="exit"),
        pytest.param("import os\nos._exit(5)\n", ["exit code 5"], id="hard exit"),
        pytest.param("while True:\n    pass\n", ["did not end within 0.5 seconds"], id="endless"),
        pytest.param(STUBBORN, ["did not end within 0.5 seconds"], id="endless and stubborn"),
        pytest.param(
            "import time\n\ntime.sleep(60)\n", ["did not end within 0.5 seconds"], id="sleeps"
        ),
        pytest.param(
            "x = 1\nraise RuntimeError('no luck')\n",
            ["RuntimeError: no luck", "line 2"],
            id="raises",
        ),
        pytest.param("import ctypes\nctypes.string_at(0)\n", ["crashes", "SIGSEGV"], id="crashes"),
        pytest.param("import os\nos.fork()\n", ["it forks"], id="forks"),
    ],
)
def test_a_module_that_cannot_be_imported_says_why(
    explore: Explore, source: str | bytes, words: list[str]
) -> None:
    answer = explore(source, import_seconds=0.5)
    assert answer.report["status"] == "invalid_module"
    for word in words:
        assert word in answer.report["error"]
    assert "subject.py" not in answer.report["error"], "the caller names the module"
    assert not answer.output.exists()


def test_a_missing_file_is_said_to_be_missing(explore: Explore) -> None:
    answer = explore("x = 1\n", module_path="gone.py")
    assert answer.report["status"] == "invalid_module"
    assert "there is no such file" in answer.report["error"]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import os\n", id="imports only"),
        pytest.param("def _hidden():\n    print('x')\n", id="private only"),
        pytest.param(
            "import random\n\n\ndef roll():\n    return random.random()\n", id="random only"
        ),
    ],
)
def test_nothing_testable_is_said(explore: Explore, source: str) -> None:
    answer = explore(source, coverage_threshold=0)
    assert answer.report["status"] == "nothing_testable"
    assert "subject.py" not in answer.report["error"], "the caller names the module"
    assert not answer.output.exists()


def test_a_slow_import_is_waited_for(explore: Explore) -> None:
    source = "import time\n\ntime.sleep(0.5)\n\n\ndef double(number: int) -> int:\n"
    answer = explore(source + "    return number * 2\n")
    assert answer.report["status"] == "written", answer.report["error"]


def test_prints_at_import_do_not_disturb(explore: Explore) -> None:
    source = 'print(\'{"status": "fake"}\')\n\n\ndef double(number: int) -> int:\n'
    answer = explore(source + "    return number * 2\n")
    assert answer.report["status"] == "written"
    assert answer.stdout == ""
    assert answer.run_pytest().returncode == 0


def test_another_declared_encoding_is_read(explore: Explore) -> None:
    source = "# -*- coding: latin-1 -*-\n\n\ndef name() -> str:\n    return 'é'\n".encode("latin-1")
    answer = explore(source)
    assert answer.report["status"] == "written"
    assert answer.run_pytest().returncode == 0
