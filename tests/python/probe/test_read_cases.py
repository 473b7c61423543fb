"""What is each test case for, and which are drafts?"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "python/openhands_testgen/probe/read_cases.py"


def read(folder: Path, *files: Path) -> list[dict[str, Any]]:
    """Runs the script as the engine does."""
    paths = folder / "paths.json"
    paths.write_text(json.dumps([str(file) for file in files]))
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(paths)]
    answer: list[dict[str, Any]] = json.loads(subprocess.check_output(command, timeout=60))
    return answer


def cases_of(folder: Path, source: str) -> dict[str, dict[str, Any]]:
    """The tests of one file, by their names."""
    file = folder / "test_it.py"
    file.write_text(source)
    (answer,) = read(folder, file)
    assert answer["error"] is None
    return {test["name"]: test for test in answer["tests"]}


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.skip\ndef test_it(): assert f() == 1",
        '@pytest.mark.skip(reason="later")\nasync def test_it(): assert f() == 1',
        'def test_it():\n    """Says what."""',
        "def test_it(): ...",
        "def test_it(): pass",
        'def test_it():\n    """What."""\n    pytest.skip("later")\n    assert f() == 1',
        "pytestmark = pytest.mark.skip\ndef test_it(): assert f() == 1",
        'pytestmark = [pytest.mark.slow, pytest.mark.skip(reason="x")]\ndef test_it(): assert 1',
        'pytest.skip("later", allow_module_level=True)\ndef test_it(): assert f() == 1',
        '@pytest.mark.skipif(True, reason="x")\ndef test_it(): assert f() == 1',
        '@pytest.mark.skipif(windows, "1", reason="x")\ndef test_it(): assert f() == 1',
        '@pytest.mark.skipif(condition=True, reason="x")\ndef test_it(): assert f() == 1',
        "@skip\ndef test_it(): assert f() == 1",
        "def test_it(): return",
        "def test_it(): return None",
        "def test_it(): raise NotImplementedError",
        'def test_it(): raise unittest.SkipTest("later")',
        "raise unittest.SkipTest\ndef test_it(): assert f() == 1",
        'def test_it(): pytest.fail("to be written")',
        'def test_it(self): self.fail("to be written")',
        'def test_it(): assert False, "to be written"',
        'def test_it(): print("to be written")',
        "def test_it():\n    def inner(): assert f() == 1",
        '@pytest.mark.parametrize("x", [])\ndef test_it(x): assert f(x)',
        '@pytest.mark.parametrize("x", argvalues=())\ndef test_it(x): assert f(x)',
    ],
)
def test_what_somebody_has_still_to_write_is_a_draft(tmp_path: Path, source: str) -> None:
    assert cases_of(tmp_path, source)["test_it"]["draft"] is True


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.xfail\ndef test_it(): assert 0",
        '@pytest.mark.xfail(reason="x", strict=True)\ndef test_it(): assert 0',
        "@pytest.mark.xfail(True, raises=ValueError)\ndef test_it(): assert 0",
        "@unittest.expectedFailure\ndef test_it(): assert 0",
        "pytestmark = pytest.mark.xfail\ndef test_it(): assert 0",
        "def test_it():\n    pytest.xfail('no')",
    ],
)
def test_what_need_not_hold_covers_as_little_as_a_draft(tmp_path: Path, source: str) -> None:
    assert cases_of(tmp_path, source)["test_it"]["draft"] is True


def test_a_class_skips_its_tests_by_its_own_marks(tmp_path: Path) -> None:
    found = cases_of(
        tmp_path,
        "class TestA:\n    pytestmark = pytest.mark.skip\n    def test_it(self): assert 1\n"
        "class TestB:\n    def test_it(self): assert 1\n",
    )

    assert {name: test["draft"] for name, test in found.items()} == {
        "TestA::test_it": True,
        "TestB::test_it": False,
    }


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(): assert f() == 1",
        "@pytest.mark.slow\ndef test_it(): f()",
        '@pytest.mark.skipif(windows, reason="x")\ndef test_it(): assert f()',
        '@pytest.mark.skipif(False, reason="x")\ndef test_it(): assert f()',
        '@pytest.mark.skipif("sys.platform == \'x\'", reason="x")\ndef test_it(): assert f()',
        '@pytest.mark.xfail(windows, reason="x")\ndef test_it(): assert f()',
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.skip)])\n'
        "def test_it(x): assert f()",
        "def test_it():\n    f()\n    pytest.skip('no')",
        "def test_it(): return f()",
        "def test_it(): print(f())",
        "def test_it():\n    def inner(): assert f() == 1\n    inner()",
        "def test_it(): assert f",
        '@pytest.mark.parametrize("x", [1])\ndef test_it(x): assert f(x)',
        '@pytest.mark.parametrize("x", cases)\ndef test_it(x): assert f(x)',
    ],
)
def test_what_does_something_is_none(tmp_path: Path, source: str) -> None:
    assert cases_of(tmp_path, source)["test_it"]["draft"] is False


def test_requirements_are_named_in_many_places(tmp_path: Path) -> None:
    found = cases_of(
        tmp_path,
        'REQUIREMENT = "REQ-1"\n'
        'pytestmark = pytest.mark.requirement("REQ-0")\n'
        "class TestLogin:\n"
        '    """REQ-2"""\n'
        '    @pytest.mark.requirement("REQ-3")\n'
        "    def test_it(self):\n"
        '        """REQ-4: works."""\n'
        "        assert f()\n"
        "def helper(): ...\n",
    )

    assert list(found) == ["TestLogin::test_it"]
    assert found["TestLogin::test_it"]["named"] == ["REQ-1", "REQ-0", "REQ-3"]
    assert found["TestLogin::test_it"]["docstrings"] == ["REQ-2", "REQ-4: works."]


def test_reasons_and_data_name_no_requirement(tmp_path: Path) -> None:
    found = cases_of(
        tmp_path,
        '@pytest.mark.xfail(windows, reason="REQ-1")\n'
        '@pytest.mark.skipif(windows, reason="REQ-2")\n'
        '@pytest.mark.parametrize("x", ["REQ-3", '
        'pytest.param(1, marks=pytest.mark.covers("REQ-4"))])\n'
        "def test_it(x): assert f()\n",
    )

    assert found["test_it"]["named"] == ["REQ-4"]


def test_a_file_that_is_no_python_says_so_beside_the_others(tmp_path: Path) -> None:
    good, bad, nul = (tmp_path / name for name in ("good.py", "bad.py", "nul.py"))
    good.write_text("def test_it(): assert f()")
    bad.write_text("def test_it(:")
    nul.write_bytes(b"x = 1\0")

    answers = read(tmp_path, good, bad, nul)

    assert [bool(answer["error"]) for answer in answers] == [False, True, True]
    assert answers[1]["error"].startswith("line 1: ")
