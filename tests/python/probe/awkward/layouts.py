"""Projects and file names that are awkward."""

from __future__ import annotations

from .case import DOUBLE, Case

SRC = '[project]\nname = "x"\nversion = "1"\n\n[tool.pytest.ini_options]\npythonpath = ["src"]\n'
RATED = """
from .. import RATE
from .near import near


def rated(by: int) -> int:
    return by * RATE + near()
"""
MAIN = "\n\nif __name__ == '__main__':\n    double(1)\n"

CASES = [
    Case("a namespace package", "space/inner/subject.py", {"space/inner/subject.py": DOUBLE}, 90.0),
    Case(
        "a source folder, and a module with relative imports",
        "src/shop/deep/subject.py",
        {
            "pyproject.toml": SRC,
            "src/shop/__init__.py": "RATE = 2\n",
            "src/shop/deep/__init__.py": "",
            "src/shop/deep/near.py": "def near() -> int:\n    return 1\n",
            "src/shop/deep/subject.py": RATED,
        },
        90.0,
        contains=("from shop.deep.subject import",),
    ),
    Case(
        "a package's own __init__",
        "shop/__init__.py",
        {"shop/__init__.py": "from .near import x\n" + DOUBLE, "shop/near.py": "x = 1\n"},
        80.0,
        soak=True,
    ),
    Case(
        "named like a module of the standard library, in a package",
        "shop/random.py",
        {"shop/__init__.py": "", "shop/random.py": "import math\n" + DOUBLE},
        90.0,
        soak=True,
        contains=("from shop.random import",),
    ),
    Case(
        "named like a module of the standard library, at the top",
        "statistics.py",
        {"statistics.py": DOUBLE},
        90.0,
    ),
    Case(
        "a name that cannot be imported",
        "my-tool.py",
        {"my-tool.py": DOUBLE},
        refused=("`import my-tool` is not valid Python", "rename 'my-tool'"),
    ),
    Case(
        "a name that is a keyword",
        "shop/class.py",
        {"shop/__init__.py": "", "shop/class.py": DOUBLE},
        refused=("`import shop.class` is not valid Python", "rename 'class'"),
    ),
    Case(
        "a relative import without a package",
        "subject.py",
        {"subject.py": "from . import other\n" + DOUBLE, "other.py": "x = 1\n"},
        refused=("relative import",),
    ),
    Case(
        "a package whose __init__ fails",
        "shop/subject.py",
        {"shop/__init__.py": "raise RuntimeError('not today')\n", "shop/subject.py": DOUBLE},
        refused=("RuntimeError: not today", "make the import work first"),
    ),
    Case(
        "the main file of a package",
        "shop/__main__.py",
        {"shop/__init__.py": "", "shop/__main__.py": DOUBLE + MAIN},
        80.0,
        soak=True,
    ),
]
