"""Taking tests out of a file leaves every other byte as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "python/openhands_testgen/probe/remove_tests.py"


def without(folder: Path, source: str, *marks: str) -> str:
    """The source without the functions whose ``def`` line contains one of the marks."""
    file, output = folder / "in.py", folder / "out.py"
    file.write_bytes(source.encode())
    lines = [
        number
        for number, line in enumerate(source.splitlines(), 1)
        if "def " in line and any(mark in line for mark in marks)
    ]
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file), str(output), *map(str, lines)]
    subprocess.run(command, check=True, timeout=60)
    return output.read_bytes().decode()


HEAD = "import pytest\n\n\n"
ONE = "def test_one():\n    assert 1 + 1 == 2\n"
TWO = "# Why two.\n@pytest.mark.slow\n@pytest.mark.parametrize('x', [\n    1,\n])\n"
TWO += "def test_two(x):\n    assert x\n"
THREE = "class TestThree:\n    def test_x(self):\n        assert 1\n\n"
THREE += "    def test_y(self):\n        assert 2\n"
GAP = "\n\n"
WHOLE = HEAD + ONE + GAP + TWO + GAP + THREE


def test_a_function_in_the_middle_goes_with_decorators_and_comment(tmp_path: Path) -> None:
    assert without(tmp_path, WHOLE, "test_two") == HEAD + ONE + GAP + THREE


def test_the_first_and_the_last_go_with_one_gap(tmp_path: Path) -> None:
    assert without(tmp_path, WHOLE, "test_one") == HEAD + TWO + GAP + THREE
    assert without(tmp_path, HEAD + ONE + GAP + TWO, "test_two") == HEAD + ONE


def test_a_method_goes_and_an_emptied_class_with_it(tmp_path: Path) -> None:
    first_gone = "class TestThree:\n    def test_y(self):\n        assert 2\n"
    assert without(tmp_path, WHOLE, "test_x") == HEAD + ONE + GAP + TWO + GAP + first_gone
    assert without(tmp_path, WHOLE, "test_x", "test_y") == HEAD + ONE + GAP + TWO


def test_a_class_with_a_docstring_only_is_empty_and_one_with_a_fixture_is_not(
    tmp_path: Path,
) -> None:
    documented = 'class TestA:\n    """Doc."""\n\n    def test_x(self): pass\n'
    assert without(tmp_path, HEAD + ONE + GAP + documented, "test_x") == HEAD + ONE
    fixture = "    @pytest.fixture\n    def data(self): return 1\n"
    source = "class TestA:\n" + fixture + "\n    def test_x(self): pass\n"
    assert without(tmp_path, source, "test_x") == "class TestA:\n" + fixture


def test_a_nested_class_that_is_emptied_empties_its_owner(tmp_path: Path) -> None:
    nested = "class TestA:\n    class TestB:\n        def test_x(self): pass\n"
    assert without(tmp_path, HEAD + ONE + GAP + nested, "test_x") == HEAD + ONE


def test_a_block_that_is_emptied_keeps_a_pass(tmp_path: Path) -> None:
    source = "if True:\n    def test_x(): pass\nelse:\n    x = 1\n"
    assert without(tmp_path, source, "test_x") == "if True:\n    pass\nelse:\n    x = 1\n"


def test_the_head_of_the_file_is_no_comment_on_a_function(tmp_path: Path) -> None:
    head = "#!/usr/bin/env python\n# coding: utf-8\n"
    assert without(tmp_path, head + ONE + GAP + TWO, "test_one") == head + TWO


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends_and_other_letters_stay(tmp_path: Path, newline: str) -> None:
    source = (HEAD + "NAME = 'Zoë ☃'\n" + GAP + ONE + GAP + TWO).replace("\n", newline)
    expected = (HEAD + "NAME = 'Zoë ☃'\n" + GAP + TWO).replace("\n", newline)
    assert without(tmp_path, source, "test_one") == expected


def test_a_file_without_a_last_line_end(tmp_path: Path) -> None:
    assert without(tmp_path, HEAD + ONE + GAP + TWO.rstrip("\n"), "test_two") == HEAD + ONE
