"""Write a pytest file for one module: `python explore.py REQUEST.json`.

This file is run by path inside the interpreter of the user's project. It loads the package next to
it under a private name and takes its own folder off `sys.path`, so that nothing of ours shadows a
module of the project. The exit code is 0 whenever a report was written; what happened is in the
report.
"""

import importlib.util
import sys
from pathlib import Path

PACKAGE = "_openhands_testgen_probe"


def load_explorer() -> None:
    """Make `explorer/` importable as a private package and forget the folder of this script."""
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != here]
    folder = here / "explorer"
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"the explorer is not beside {__file__}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


def main(arguments: list[str]) -> int:
    """Run one part: the whole (`REQUEST`), or one of its child processes (`--worker`,
    `--rehearse`).
    """
    if len(arguments) not in (1, 2):
        print("usage: explore.py REQUEST.json", file=sys.stderr)
        return 2
    load_explorer()
    part = {"--worker": "worker", "--rehearse": "rehearse"}.get(arguments[0], "conductor")
    module = importlib.import_module(f"{PACKAGE}.{part}")
    return int(module.main(arguments[-1]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
