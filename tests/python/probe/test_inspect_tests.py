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
    return {name: idle is None for name, idle in reasons(file, *helpers).items()}


def reasons(file: Path, *helpers: Path) -> dict[str, str | None]:
    """Why the functions of a file assert nothing."""
    functions = run("tests", "shop.cart", file, *helpers)["functions"]
    return {entry["name"]: entry["idle"] for entry in functions}


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
        "assert not isinstance(f(), str) and f() > 1",
        "assert [x for x in f()]",
        "x = 1\n    x = f()\n    assert x == 1",
        "def inner(): assert f()\n    run(inner)",
        "try: f()\n    except ValueError as error: assert error.args",
        "try:\n        f()\n        assert False\n    except ValueError: pass",
        "try: assert f()\n    except AssertionError as error: raise RuntimeError from error",
        "with suppress(KeyError): assert f()",
        "self.assertIsNone(f())",
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
        "assert 1 + 1 == len('ab')",
        "assert [f()]",
        "assert lambda: f()",
        "x = f()\n    assert x == x",
        "assert f() == ANY",
        "x = 2\n    assert x == 2",
        "self.assertTrue(True)",
        "self.assertEqual(1, 1)",
        "def inner(): assert f()",
        "try: assert f()\n    except Exception: pass",
        "try: assert f()\n    except (KeyError, AssertionError): print('no')",
        "try: assert f()\n    finally: return",
        "with suppress(Exception): assert f()",
        "with pytest.raises(AssertionError): assert f()",
        "assert isinstance(f(), int)",
        "assert isinstance(f(), int) or type(f()) is str",
        "self.assertIsInstance(f(), int)",
    ],
)
def test_what_does_not(tmp_path: Path, body: str) -> None:
    assert not asserting(tmp_path, f"def test_a():\n    {body}\n")["test_a"]


def test_why_a_test_asserts_nothing(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(
        "def test_a(): f()\n\n"
        "def test_b():\n    try: assert f()\n    except Exception: pass\n\n"
        "def test_c(): assert isinstance(f(), int)\n"
    )
    assert reasons(file) == {
        "test_a": "asserts nothing",
        "test_b": "asserts nothing: it catches its own assertions",
        "test_c": "asserts nothing but of what type things are",
    }


@pytest.mark.parametrize(
    ("line", "depends"),
    [
        ("assert f(date.today()) and datetime.now().year == 2026", True),
        ("assert datetime.date.today() == date(2026, 11, 20)", True),
        ("now = datetime.now()\n    assert now.month == f() or now.month == 11", True),
        ("assert time.time() < 1_900_000_000", True),
        ("assert f() and datetime(2030, 1, 1) > datetime.now()", True),
        ("assert f(datetime.now()) == 3", False),
        ("assert f() == datetime.now().date()", False),
        ("assert datetime.now() > datetime(2020, 1, 1) and f()", False),
        ("assert f().year == 2026", False),
        ("assert time.localtime(0).tm_hour == 0 and f()", False),
        ("assert time.strftime('%Y') == '2026' and f()", True),
        ("assert time.time() - f() < 60", False),
        ("with freeze_time('2024-01-01'): assert date.today() == date(2024, 1, 1) == f()", False),
        ("monkeypatch.setattr(m, 'x', f)\n    assert datetime.now().year == 2024", False),
    ],
)
def test_what_holds_today_only(tmp_path: Path, line: str, depends: bool) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(f"def test_a():\n    {line}\n")
    reason = "depends on the date: it compares the clock with a fixed time"
    assert reasons(file)["test_a"] == (reason if depends else None)


def relation(folder: Path, source: str) -> str:
    """What the first test of a file has to do with the module."""
    file = folder / "test_it.py"
    file.write_text(source)
    functions = run("tests", "shop.cart", file)["functions"]
    return next(str(entry["relation"]) for entry in functions if "test" in entry["name"])


@pytest.mark.parametrize(
    "source",
    [
        "from shop.cart import MAX\ndef test_a(): assert MAX == 3",
        "import shop\ndef test_a(): assert shop.cart.MAX == 3",
        "import shop.cart as c\nCART = c.Cart()\ndef test_a(): assert CART.x",
        "from .helper import check\ndef test_a(): check(1)",
        "def test_a(fixture_of_the_project): assert fixture_of_the_project == 1",
        "import shop\ndef make(): return shop.cart\ndef test_a(): assert make().MAX",
        "import shop\nclass TestA:\n    def setup_method(self): self.x = shop\n"
        "    def test_a(self): assert self.x",
        "import importlib\ndef test_a(): assert importlib.import_module('shop.cart').MAX",
        "import shop\ndef test_a(monkeypatch):\n    monkeypatch.setattr('os.name', 'x')\n"
        "    importlib.reload(shop.cart)\n    assert shop.cart.MAX",
    ],
)
def test_what_may_read_the_module(tmp_path: Path, source: str) -> None:
    assert relation(tmp_path, source) == "reads"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import shop, math\ndef test_a(): assert math.sqrt(4) == 2", "none"),
        ("import shop\ndef test_a(tmp_path): assert tmp_path.exists()", "none"),
        (
            "import shop, pytest\n@pytest.mark.parametrize('x', [1])\ndef test_a(x): assert x == 1",
            "none",
        ),
        (
            "import shop\nfrom unittest.mock import patch\n"
            "def test_a():\n    with patch('shop.cart.f'): assert shop.cart.f()",
            "stand_in",
        ),
        (
            "import shop\ndef test_a(monkeypatch):\n"
            "    monkeypatch.setattr(shop.cart, 'f', lambda: 1)\n    assert shop.cart.f() == 1",
            "stand_in",
        ),
    ],
)
def test_what_does_not_read_it(tmp_path: Path, source: str, expected: str) -> None:
    assert relation(tmp_path, source) == expected


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
    answer = run("tests", "shop.cart", file)
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
    assert run("tests", "shop.cart", file)["error"]


def test_statements_are_counted_without_docstrings(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text('"""Nothing."""\n')
    assert run("statements", file) == {"statements": 0}
    file.write_text('"""Something."""\nx = 1\n')
    assert run("statements", file) == {"statements": 1}
