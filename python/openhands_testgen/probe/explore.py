"""Write a pytest file for one module: `python explore.py REQUEST.json`.

This file is run by path inside the interpreter of the user's project. It loads the packages next to
it under a private name and takes its own folder off `sys.path`, so that nothing of ours shadows a
module of the project. The exit code is 0 whenever a report was written; what happened is in the
report.
"""

import importlib
import sys
import types
from pathlib import Path

PACKAGE = "_openhands_testgen_probe"


def load_probe() -> None:
    """Make the folders beside this script parts of one private package, and forget the folder of
    this script.
    """
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != here]
    package = types.ModuleType(PACKAGE)
    package.__path__ = [str(here)]
    sys.modules[PACKAGE] = package


def main(arguments: list[str]) -> int:
    """Run one part: the whole (`REQUEST`), or one of its child processes (`--worker`,
    `--rehearse`).
    """
    if len(arguments) not in (1, 2):
        print("usage: explore.py REQUEST.json", file=sys.stderr)
        return 2
    load_probe()
    part = {"--worker": "worker", "--rehearse": "rehearse"}.get(arguments[0], "conductor")
    module = importlib.import_module(f"{PACKAGE}.explorer.{part}")
    return int(module.main(arguments[-1]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
