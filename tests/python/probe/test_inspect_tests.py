"""Which functions of a test file assert?"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "python/openhands_testgen/probe/inspect_tests.py"


def run(*arguments: object) -> dict[str, Any]:
    """Runs the script as the engine does."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)]
    answer: dict[str, Any] = json.loads(subprocess.check_output(command, timeout=60))
    return answer


def asserting(folder: Path, source: str, *helpers: Path) -> dict[str, bool]:
    """The functions of a file, and whether each asserts."""
    file = folder / "test_it.py"
    file.write_text(source)
    return {entry["name"]: entry["asserts"] for entry in run("tests", file, *helpers)["functions"]}


@pytest.mark.parametrize(
    "body",
    [
        "assert f() == 1",
        "with pytest.raises(ValueError): f()",
        "with raises(ValueError): f()",
        "pytest.raises(ValueError, f)",
        "with pytest.warns(UserWarning): f()",
        "pytest.fail('no')",
        "mock.assert_called_once_with(1)",
        "self.assertEqual(f(), 1)",
        "np.testing.assert_allclose(f(), 1)",
        "with self.assertRaises(ValueError): f()",
        "for x in f():\n        assert x",
        "check(f())",
        "assert f() or False",
    ],
)
def test_what_asserts(tmp_path: Path, body: str) -> None:
    source = f"def test_a(self=None):\n    {body}\n\ndef check(x):\n    deeper(x)\n\n"
    source += "def deeper(x):\n    assert x\n"
    assert asserting(tmp_path, source)["test_a"]


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "f()",
        "assert True",
        "assert 1",
        "assert 'text'",
        "assert (f() == 1, 'always')",
        "assert f() or True",
        "assert not False",
        "assert 1 == 1",
        "parser.exit()",
        "print(f())",
    ],
)
def test_what_does_not(tmp_path: Path, body: str) -> None:
    assert not asserting(tmp_path, f"def test_a():\n    {body}\n")["test_a"]


def test_a_helper_in_another_file_may_assert(tmp_path: Path) -> None:
    helper = tmp_path / "helper.py"
    helper.write_text("def check(x):\n    assert x\n")
    source = "from helper import check\n\ndef test_a():\n    check(1)\n"
    assert asserting(tmp_path, source, helper)["test_a"]
    assert not asserting(tmp_path, source)["test_a"]


def test_classes_fixtures_and_bases_are_named(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(
        "import pytest\n\nclass Base:\n    async def test_a(self): assert f()\n\n"
        "class TestB(Base):\n    @pytest.fixture\n    def test_data(self): return 1\n\n"
        "if True:\n    def test_c(): pass\n"
    )
    answer = run("tests", file)
    assert [entry["name"] for entry in answer["functions"]] == [
        "Base::test_a",
        "TestB::test_data",
        "test_c",
    ]
    assert [entry["fixture"] for entry in answer["functions"]] == [False, True, False]
    assert answer["bases"] == {"Base": [], "TestB": ["Base"]}


@pytest.mark.parametrize("source", [b"def f(:\n", b"x = '\xff'\n", b"x = \0\n", b"(" * 5000])
def test_what_does_not_parse_is_an_answer_too(tmp_path: Path, source: bytes) -> None:
    file = tmp_path / "test_it.py"
    file.write_bytes(source)
    assert run("tests", file)["error"]


def test_statements_are_counted_without_docstrings(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text('"""Nothing."""\n')
    assert run("statements", file) == {"statements": 0}
    file.write_text('"""Something."""\nx = 1\n')
    assert run("statements", file) == {"statements": 1}
