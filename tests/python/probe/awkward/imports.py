"""Modules that do something when they are imported."""

from __future__ import annotations

from .case import DOUBLE, Case, case, refused

BEAT = """
import threading
import time


def _beat() -> None:
    while True:
        time.sleep(0.05)


threading.Thread(target=_beat, daemon=True).start()
"""

CONDITION = """
try:
    import no_such_json as json
except ImportError:
    import json

import sys

if sys.platform == "win32":
    import winreg


def dump(value: dict[str, int]) -> str:
    return json.dumps(value, sort_keys=True)
"""

BUILTINS = """
import builtins

_len = builtins.len
builtins.print = lambda *a, **k: None
builtins.len = lambda thing: _len(thing)
builtins.shout = str.upper


def loud(word: str) -> str:
    return shout(word)
"""

SIGNALS = """
import signal

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
signal.alarm(1)
"""

CLASS = """
import sys


class _Lazy(type(sys)):
    limit = 5


sys.modules[__name__].__class__ = _Lazy
"""

AT_EXIT = """
import atexit


def _bye() -> None:
    raise RuntimeError("bye")


atexit.register(_bye)
"""

COMMAND_LINE = """
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("file")
options = parser.parse_args()
"""

ORDERS = """
from . import prices


def total(count: int) -> int:
    return count * prices.PRICE
"""

NOISE = 'import sys\n\nprint("x" * 3_000_000)\nsys.stderr.write("y" * 3_000_000)\n'
STREAMS = "import sys\n\nsys.stdin.close()\nsys.stdout = sys.stderr = None\n"
ENVIRONMENT = 'import os\n\nos.environ["PATH"] = ""\nos.environ.pop("HOME", None)\n'
WRITES = 'import pathlib\n\npathlib.Path("made_at_import.txt").write_text("x")\n'
TOKEN = 'import os\n\nTOKEN = os.environ["AWKWARD_TOKEN"]\n'
FUNCTION = "move that into a function"

CASES = [
    case("prints a lot at import, to both streams", NOISE + DOUBLE, soak=True),
    case("changes the environment at import", ENVIRONMENT + DOUBLE, soak=True),
    case("sets signal handlers and a timer at import", SIGNALS + DOUBLE),
    case("starts a thread at import that never ends", BEAT + DOUBLE, 50.0),
    case("replaces builtins at import", BUILTINS + DOUBLE, soak=True),
    case("closes the standard streams at import", STREAMS + DOUBLE),
    case("gives itself another class at import", CLASS + DOUBLE, 70.0, soak=True),
    case("imports by condition what is not there", CONDITION + DOUBLE, 70.0, soak=True),
    case("registers at exit what raises", AT_EXIT + DOUBLE, 70.0, soak=True),
    Case(
        "a circle of imports that works",
        "shop/orders.py",
        {
            "shop/__init__.py": "",
            "shop/orders.py": ORDERS,
            "shop/prices.py": "from . import orders\n\nPRICE = 3\n",
        },
        90.0,
    ),
    refused(
        "changes the working directory at import",
        'import os\n\nos.chdir("/")\n' + DOUBLE,
        "line 3",
        "changes the working directory",
        FUNCTION,
    ),
    refused("writes a file at import", WRITES + DOUBLE, "line 3", "files of the working", FUNCTION),
    refused(
        "asks a question at import",
        'name = input("Who? ")\n' + DOUBLE,
        "line 1",
        "reads from the keyboard",
        FUNCTION,
    ),
    refused(
        "needs a variable of the environment at import",
        TOKEN + DOUBLE,
        "line 3",
        "KeyError: 'AWKWARD_TOKEN'",
        "make the import work first",
    ),
    refused(
        "parses the command line at import", COMMAND_LINE + DOUBLE, "SystemExit: 2", "__main__"
    ),
    refused(
        "recurses without an end at import",
        "def down(n):\n    return down(n + 1)\n\n\ndown(0)\n",
        "RecursionError",
        "make the import work first",
    ),
    Case(
        "a circle of imports that cannot work",
        "shop/orders.py",
        {
            "shop/__init__.py": "",
            "shop/orders.py": "from shop.prices import PRICE\n\nBASE = PRICE + 1\n" + DOUBLE,
            "shop/prices.py": "from shop.orders import BASE\n\nPRICE = BASE + 1\n",
        },
        refused=("line 1", "circular import) (shop/orders.py)", "make the import work first"),
    ),
]
