"""What is written: deterministic, passing, readable, and enough."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Answer, Example, Explore, example_source, explore_in

SHOP = Path(__file__).parents[3] / "examples/shop/src/shop"
BELIEVABLE = ["bank", "retry", "tables"]


def functions_of(answer: Answer) -> Iterator[ast.FunctionDef]:
    """The test functions of a written file."""
    for node in ast.parse(answer.text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def changes_of_a_formatter(answer: Answer) -> str:
    """What `ruff format` would change, with the line length that the explorer keeps to."""
    options = ["--isolated", "--line-length=100", "--no-cache", "--diff"]
    command = [sys.executable, "-m", "ruff", "format", *options, str(answer.output)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", BELIEVABLE)
def test_a_believable_module_is_covered_by_passing_tests(example: Example, name: str) -> None:
    answer = example(name)
    report = answer.report
    covered = report["covered_lines"] + report["covered_branches"]
    assert covered >= 0.94 * (report["total_lines"] + report["total_branches"])
    for hash_seed in (1, 2):
        run = answer.run_pytest(hash_seed)
        assert f"{report['cases']} passed" in run.stdout


@pytest.mark.parametrize("name", ["cart", "stock"])
def test_the_shop_is_covered_to_the_last_branch(explore: Explore, name: str) -> None:
    answer = explore((SHOP / f"{name}.py").read_text(), f"shop.{name}", budget_seconds=4.0)
    report = answer.report
    assert report["covered_lines"] == report["total_lines"]
    assert report["covered_branches"] == report["total_branches"]
    names = [function.name for function in functions_of(answer)]
    assert [name for name in names if name[-2:] in ("_2", "_3")] == []


def test_what_is_not_of_the_module_is_not_tested(explore: Explore) -> None:
    source = """
class EmptyError(ValueError):
    pass


class Reader:
    convert = int

    def first(self, texts: list[str]) -> int:
        if not texts:
            raise EmptyError("there is no text")
        return len(texts[0])
"""
    body = explore(source).body
    assert "EmptyError()" not in body
    assert "base=0" not in body
    assert "with pytest.raises(EmptyError, match=" in body


@pytest.mark.parametrize("name", BELIEVABLE)
def test_every_test_asserts(example: Example, name: str) -> None:
    for function in functions_of(example(name)):
        body = ast.unparse(function)
        assert "assert " in body or "pytest.raises" in body


@pytest.mark.parametrize("name", BELIEVABLE)
def test_lines_are_short_and_names_are_unique(example: Example, name: str) -> None:
    answer = example(name)
    assert max(len(line) for line in answer.text.splitlines()) <= 100
    names = [function.name for function in functions_of(answer)]
    assert len(names) == len(set(names))


def test_the_same_seed_gives_the_same_bytes(example: Example, tmp_path: Path) -> None:
    source = example_source("bank")
    again = explore_in(tmp_path / "again", source, "bank", {"budget_seconds": 4.0})
    assert again.output.read_bytes() == example("bank").output.read_bytes()


def test_an_object_that_several_tests_begin_with_is_a_fixture(example: Example) -> None:
    text = example("bank").text
    assert "@pytest.fixture\ndef " in text
    assert example("bank").run_pytest().returncode == 0


def test_a_file_is_not_much_longer_than_its_module(example: Example) -> None:
    answer = example("retry")
    module = (answer.project / "retry.py").read_text()
    assert len(answer.body.splitlines()) <= 1.2 * len(module.splitlines())


def test_rejected_tests_are_not_written_again(explore: Explore) -> None:
    source = example_source("tables")
    first = explore(source)
    function = next(functions_of(first))
    lost = ast.get_source_segment(first.text, function)
    second = explore(source, rejected=[{"test": function.name, "reason": "flickers"}])
    assert second.report["status"] == "written"
    assert lost is not None
    assert lost.partition("\n")[2] not in second.text


@pytest.mark.parametrize("name", ["today", "year", "hour", "pick", "toss", "token", "order"])
def test_what_depends_on_the_day_or_on_chance_is_not_written(example: Example, name: str) -> None:
    assert f"{name}(" not in example("fickle").body


def test_tests_of_shared_state_do_not_depend_on_their_order(example: Example) -> None:
    answer = example("fickle")
    assert "add(" in answer.body
    assert answer.run_pytest(1).returncode == 0


def test_events_tell_the_stages_in_order(example: Example) -> None:
    events = example("tables").events
    stages = list(dict.fromkeys(event["stage"] for event in events))
    assert stages == ["importing", "exploring", "writing"]
    assert all(event["covered"] <= event["total"] for event in events)


def test_a_module_in_a_package_is_imported_by_its_full_name(explore: Explore) -> None:
    answer = explore("def add(a: int, b: int) -> int:\n    return a + b\n", "shop.prices")
    assert "from shop.prices import add" in answer.text
    assert answer.run_pytest().returncode == 0


def test_project_modules_with_the_names_of_ours_are_not_shadowed(explore: Explore) -> None:
    answer = explore("import search\nimport worker\n")
    assert answer.report["status"] == "invalid_module"
    assert "No module named 'search'" in answer.report["error"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("assert box.size == ", id="state after a call"),
        pytest.param("pytest.approx(", id="floats"),
        pytest.param("asyncio.run(greet(", id="coroutines"),
        pytest.param("list(islice(naturals(), 5)) == [0, 1, 2, 3, 4]", id="endless generators"),
        pytest.param("with opened(", id="context managers"),
        pytest.param("Color.RED", id="enums"),
        pytest.param("tmp_path", id="files"),
        pytest.param("times(", id="closures"),
        pytest.param("(money + Money(", id="attributes of what an operator gives"),
        pytest.param("_ = money + ", id="operands that an operator refuses"),
        pytest.param("together(", id="coroutines at once"),
        pytest.param("copy.copy(", id="copies"),
        pytest.param("pickle.loads(pickle.dumps(", id="pickles"),
        pytest.param("configured(unknown=", id="unknown options"),
        pytest.param("_rendered({", id="private functions with lines that nothing public reaches"),
    ],
)
def test_each_kind_of_target_is_tested_in_its_own_way(example: Example, line: str) -> None:
    assert line in example("kinds").text


def test_tests_of_all_kinds_pass(example: Example) -> None:
    run = example("kinds").run_pytest()
    assert run.returncode == 0, run.stdout


def test_a_parameter_of_cases_may_be_named_like_a_fixture(explore: Explore) -> None:
    source = """
class Version:
    def __init__(self, major: int) -> None:
        self.major = major

    def bump(self) -> int:
        self.major += 1
        return self.major

    def reset(self) -> int:
        self.major = 0
        return self.major

    def double(self) -> int:
        self.major *= 2
        return self.major

    def name(self, stem: str) -> str:
        if not stem:
            raise ValueError("no stem")
        return f"{stem}-{self.major}"

    @classmethod
    def is_valid(cls, version: str) -> bool:
        if version.isdigit():
            return True
        return False
"""
    answer = explore(source, budget_seconds=2.0)
    assert "@pytest.fixture\ndef version():" in answer.body
    assert "def test_is_valid(version, expected):" in answer.body
    assert answer.run_pytest().returncode == 0


def test_what_is_written_is_as_linters_want_it(explore: Explore) -> None:
    source = """
from decimal import Decimal


class Door:
    def __init__(self, price: Decimal) -> None:
        self.price = price
        self.shut = False

    def __enter__(self) -> "Door":
        if self.shut:
            raise ValueError("the door is shut")
        return self

    def __exit__(self, *error: object) -> None:
        self.shut = True

    def close(self) -> None:
        self.shut = True


def double(price: Decimal) -> Decimal:
    return price * 2
"""
    answer = explore(source, budget_seconds=2.0)
    assert re.search(r"with pytest\.raises\(ValueError, match=.*\), door:", answer.body)
    assert "Decimal(0)" in answer.body
    assert not re.search(r'Decimal\("\d+"\)', answer.body)
    rules = ["--isolated", "--line-length=100", "--target-version=py310", "--ignore=I001"]
    command = [sys.executable, "-m", "ruff", "check", *rules, str(answer.output)]
    check = subprocess.run(command, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout
    assert answer.run_pytest().returncode == 0


@pytest.mark.parametrize("name", [*BELIEVABLE, "kinds", "writing"])
def test_a_formatter_leaves_what_is_written_as_it_is(example: Example, name: str) -> None:
    assert changes_of_a_formatter(example(name)) == ""


def test_what_enters_an_async_block_is_written_as_a_formatter_would(
    explore: Explore,
) -> None:
    source = """
from contextlib import asynccontextmanager


class Gate:
    def __init__(self, width: int) -> None:
        self.width = width

    @asynccontextmanager
    async def passage(self):
        raise ValueError("closed")
        yield self

    @asynccontextmanager
    async def way(self):
        yield self
"""
    answer = explore(source)
    assert re.search(r"with pytest\.raises\(.*\):\n\n        async def scenario", answer.body)
    assert re.search(r"gate = Gate\(\d+\)\n\n    async def scenario", answer.body)
    assert changes_of_a_formatter(answer) == ""


def test_long_values_and_odd_strings_are_written_as_a_formatter_would(explore: Explore) -> None:
    source = '''
import string


def letters(count: int = 30) -> list[str]:
    """
    >>> letters(2)
    ['a', 'b']
    """
    return list(string.ascii_lowercase + string.ascii_uppercase)[:count]


def quoted(word: str = "it's") -> str:
    return f'"{word}"' if "'" in word else f"<'{word}'>\\\\"


def limit() -> float:
    return 2.0**62
'''
    answer = explore(source, budget_seconds=1.0)
    assert changes_of_a_formatter(answer) == ""
    assert answer.run_pytest().returncode == 0
