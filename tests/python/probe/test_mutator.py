"""Small faults in a module: where they are put, and that each is one valid change."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[3] / "python/openhands_testgen/probe/mutate_module.py"
LIBRARY = Path(sysconfig.get_path("stdlib"))


def load() -> ModuleType:
    """The mutator, under a private name as its users load it."""
    spec = importlib.util.spec_from_file_location("mutate_module", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    mutator: ModuleType = script.load_mutator()
    return mutator


mutator = load()


def changes(source: str) -> list[str]:
    """What can be changed, without the lines."""
    return [each.description.partition(": ")[2] for each in mutator.find_mutants(source)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the script as the engine does."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("f(a < b)", ["a < b -> a <= b"]),
        ("f(a <= b != c)", ["a <= b != c -> a < b != c", "a <= b != c -> a <= b == c"]),
        ("f(a is not b)", ["a is not b -> a is b"]),
        ("f((a)in(b))", ["(a)in(b) -> (a)not in(b)"]),
        ("f(a and b)", ["a and b -> a or b"]),
        ("f(not a)", ["not a -> (a)"]),
        ("f(x=True)", ["x=True -> x=False"]),
        ("f(a + b)", ["a + b -> a - b"]),
        ("f(a % b)", ["a % b -> a // b"]),
        ("f(-a)", ["-a -> +a"]),
        ("a //= b", ["a //= b -> a /= b"]),
        ("f(a[0])", ["a[0] -> a[-1]", "a[0] -> a[1]"]),
        ("f(1.5)", ["f(1.5) -> f(0.5)", "f(1.5) -> f(2.5)"]),
        ("if a: f()", ["a -> not (a)"]),
        ("if(a)and(b): f()", ["(a)and(b) -> not ((a)and(b))", "(a)and(b) -> (a)or(b)"]),
        ("if a < b: f()", ["a < b -> not (a < b)", "a < b -> a <= b"]),
        ("f(a if b else c)", ["b -> not (b)"]),
        ("f(a for a in b if a)", ["a -> not (a)"]),
        ("return a", ["return a -> return None"]),
        ("return(a)", ["return(a) -> return(None)"]),
        ("return(a), b", ["return(a), b -> return None"]),
    ],
)
def test_what_is_changed(statement: str, expected: list[str]) -> None:
    # Before a condition that grows a word stands the blank that it may need.
    found = [each.replace("->  not", "-> not") for each in changes(f"def g():\n    {statement}\n")]
    assert found == expected


@pytest.mark.parametrize(
    "source",
    [
        "x = 1 + 2\n",
        "class A:\n    x = 1 < 2\n",
        "def f():\n    '''Returns 1 + 2.'''\n",
        "def f(a: 'int' = b, *c: int | None) -> 1 < 2: pass\n",
        "def f():\n    a: list[1] = b\n",
        "@g(1 + 2)\ndef f(): pass\n",
        "@typing.overload\ndef f(a=1): return a\n",
        "def f():\n    if TYPE_CHECKING:\n        x = 1\n",
        "def f():\n    if sys.version_info >= (3, 11):\n        f()\n",
        "def f():\n    warn('old', stacklevel=2)\n",
        "def f():\n    return\n",
        "def f():\n    return None\n",
        "def f():\n    x = 'a' + b\n",
        "def f():\n    x = '%s' % b\n",
        "def f():\n    x = f'{a + b}'\n",
        "def f():\n    match a:\n        case 1: pass\n",
        "def f():  # pragma: no cover\n    return 1\n",
        "def f():\n    1\n    ...\n",
    ],
)
def test_what_no_test_could_notice_is_left_alone(source: str) -> None:
    assert changes(source) == []


def test_a_loop_that_stays_the_same_is_no_mutant() -> None:
    assert changes("def f():\n    while 1: g()\n") == ["1 -> 0"]


def test_an_exit_that_lets_the_exception_pass_either_way_is_no_mutant() -> None:
    source = "class A:\n    def __exit__(self, *e):\n        return {}\n"
    assert changes(source.format("False")) == ["return False -> return True"]
    assert sorted(changes(source.format("True"))) == [
        "return True -> return False",
        "return True -> return None",
    ]


def test_a_mutant_names_its_function_as_python_does() -> None:
    source = (
        "class A:\n    def f(self, a=1):\n        class B:\n            def g(self): return a\n"
        "        return lambda: a + 1\n"
    )
    names = {each.function for each in mutator.find_mutants(source)}
    assert names == {"A.f", "A.f.<locals>.B.g", "A.f.<locals>.<lambda>"}


def test_a_description_of_much_is_short() -> None:
    source = (
        "def f():\n    return [\n" + "".join(f"        {n},  # {n}\n" for n in range(99)) + "]\n"
    )
    descriptions = [each.description for each in mutator.find_mutants(source)]
    assert max(map(len, descriptions)) < 200
    assert not any("\n" in each or "#" in each for each in descriptions)


def assert_is_one_fault(source: str, mutant: object) -> None:
    """One span differs, lines keep their numbers, and it is Python."""
    changed = mutant.apply(source)  # type: ignore[attr-defined] # the mutator is loaded by path
    change = mutant.change  # type: ignore[attr-defined]
    assert changed != source
    assert changed[: change.start] == source[: change.start]
    assert changed.removesuffix(source[change.end :]) != changed or not source[change.end :]
    assert changed.count("\n") == source.count("\n")
    assert dump(changed) != dump(source)


def dump(source: str) -> str:
    """The meaning of a text, without places."""
    return ast.dump(ast.parse(source))


LEAF = st.sampled_from(["a", "1", "0", "2.5", "True", "'é'", "(a)", "-b", "[0,\n 1]", "f'{a + 1}'"])
TWO = ["{}<{}", "{} is not {}", "({})in({})", "{}==({})", "{} and {}", "({})or({})", "{}+{}"]
TWO += ["{}*({})", "({}) ** {}", "a if {} else ({})", "[x for x in ({}) if {}]", "f({}, b={})"]
ONE = ["not {}", "not({})", "(not\n {})", "-{}", "({})", "({} # c\n)", "lambda a=1:{}", "{}\\\n"]


def join(patterns: list[str], parts: st.SearchStrategy[str], count: int) -> st.SearchStrategy[str]:
    """One of the patterns, filled."""
    filled = st.tuples(st.sampled_from(patterns), st.lists(parts, min_size=count, max_size=count))
    return filled.map(lambda pair: pair[0].format(*pair[1]))


EXPRESSION = st.recursive(
    LEAF, lambda parts: join(TWO, parts, 2) | join(ONE, parts, 1), max_leaves=12
)
STATEMENT = join(
    [
        "    return {}", "    return({})", "    if {}: pass", "    if({}):\n        a += {}",
        "    while {}:\n        a -= {}", "    {}", "    assert {}, {}", "    not {}",
    ],
    EXPRESSION,
    2,
)  # fmt: skip


def is_valid(source: str) -> bool:
    """Does it parse?"""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


FUNCTION = (
    st.lists(STATEMENT.filter(lambda text: is_valid(f"def f():\n{text}\n")), min_size=1, max_size=4)
    .map(lambda body: "def f(é=1, a=2):\n" + "\n".join(body) + "\n")
    .filter(is_valid)
)


@given(FUNCTION)
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_each_mutant_of_any_function_is_one_valid_change(source: str) -> None:
    for mutant in mutator.find_mutants(source):
        assert_is_one_fault(source, mutant)


@pytest.mark.parametrize("module", ["textwrap", "fractions", "csv", "dataclasses", "statistics"])
def test_each_sampled_mutant_of_a_real_module_is_one_valid_change(module: str) -> None:
    source = (LIBRARY / f"{module}.py").read_text(encoding="utf-8")
    mutants = mutator.find_mutants(source)
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    for mutant in mutator.sample(mutants, 40, 1):
        assert_is_one_fault(source, mutant)


@given(count=st.integers(1, 80), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_a_sample_is_the_same_each_time_and_spread_over_the_module(count: int, seed: int) -> None:
    mutants = mutator.find_mutants((LIBRARY / "textwrap.py").read_text())
    chosen = mutator.sample(mutants, count, seed)
    assert chosen == mutator.sample(list(mutants), count, seed)
    assert len(chosen) == count
    places = [mutants.index(each) for each in chosen]
    assert places == sorted(set(places))
    stretches = [place * count // len(mutants) for place in places]
    assert max(abs(stretch - index) for index, stretch in enumerate(stretches)) <= 1


def test_another_seed_is_another_sample() -> None:
    mutants = mutator.find_mutants((LIBRARY / "textwrap.py").read_text())
    assert mutator.sample(mutants, 20, 0) != mutator.sample(mutants, 20, 1)


def test_a_small_module_is_sampled_whole() -> None:
    mutants = mutator.find_mutants("def f(a):\n    return a + 1\n")
    assert mutator.sample(mutants, 60, 0) == mutants


def test_the_script_writes_what_it_lists_in_the_encoding_of_the_module(tmp_path: Path) -> None:
    module, output = tmp_path / "subject.py", tmp_path / "changed.py"
    source = "# coding: latin-1\r\ndef f(é):\r\n    return 'ü', é < 1\r\n".encode("latin-1")
    module.write_bytes(source)
    entries = [json.loads(line) for line in run("list", module).stdout.splitlines()]
    less = next(entry for entry in entries if entry["kind"] == "comparison")
    assert less["description"] == "line 3: é < 1 -> é <= 1"
    assert run("write", module, less["id"], output).returncode == 0
    assert output.read_bytes() == source.replace(b"<", b"<=")


def test_the_script_keeps_a_byte_order_mark(tmp_path: Path) -> None:
    module = tmp_path / "subject.py"
    module.write_bytes(b"\xef\xbb\xbfdef f(a):\n    return a\n")
    name = json.loads(run("list", module).stdout)["id"]
    assert run("write", module, name, module).returncode == 0
    assert module.read_bytes() == b"\xef\xbb\xbfdef f(a):\n    return None\n"


@pytest.mark.parametrize("source", [b"def f(:\n", b"x = '\xff'\n", b"x = \0\n", b"# coding: no\n"])
def test_the_script_says_in_one_line_what_it_cannot_read(tmp_path: Path, source: bytes) -> None:
    module = tmp_path / "subject.py"
    module.write_bytes(source)
    answer = run("list", module)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"{module}: ")
    assert answer.stderr.count("\n") == 1


def test_the_script_does_not_know_a_mutant_of_another_text(tmp_path: Path) -> None:
    module = tmp_path / "subject.py"
    module.write_text("def f(): pass\n")
    answer = run("write", module, "9:9:add-sub", tmp_path / "out.py")
    assert answer.returncode == 1
    assert "has the module changed" in answer.stderr
    assert not (tmp_path / "out.py").exists()
