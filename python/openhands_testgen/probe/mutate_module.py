"""List and write mutants of a module, for whoever imports nothing of ours.

    mutate_module.py list MODULE [--sample 60] [--seed 0]
    mutate_module.py write MODULE ID OUT

`list` prints a JSON object a line, `{"id", "kind", "line", "function", "description"}`, in the
order of the source; `--sample 0` is all. `write` writes the module with that one fault, in its own
encoding, every other byte as it is; OUT may be MODULE itself. The module is never imported. Exit
code 1, with one line on standard error: the module cannot be read or parsed, or has no such mutant.

This file is run by path; see `mutator/` for what a mutant is.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import sys
import tokenize
from pathlib import Path
from types import ModuleType

PACKAGE = "_openhands_testgen_mutator"


def load_mutator() -> ModuleType:
    """Import the folder beside this file under a private name, however this file was started."""
    folder = Path(__file__).resolve().parent / "mutator"
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"the mutator is not beside {__file__}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> tuple[str, str]:
    """The text of a module, its line ends as they are, and its encoding."""
    data = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding), encoding


def list_mutants(mutator: ModuleType, module: Path, count: int, seed: int) -> None:
    """Print a sample."""
    mutants = mutator.find_mutants(read(module)[0])
    for mutant in mutator.sample(mutants, count or len(mutants), seed):
        fields = ("id", "kind", "line", "function", "description")
        print(json.dumps({field: getattr(mutant, field) for field in fields}))


def write_mutant(mutator: ModuleType, module: Path, name: str, output: Path) -> None:
    """Write the module with one fault."""
    text, encoding = read(module)
    for mutant in mutator.find_mutants(text):
        if mutant.id == name:
            output.write_bytes(mutant.apply(text).encode(encoding))
            return
    raise ValueError(f"there is no mutant {name}: has the module changed since it was listed?")


def parse(arguments: list[str]) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="mutate_module.py")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list")
    listing.add_argument("module", type=Path)
    listing.add_argument("--sample", type=int, default=60)
    listing.add_argument("--seed", type=int, default=0)
    writing = commands.add_parser("write")
    writing.add_argument("module", type=Path)
    writing.add_argument("id")
    writing.add_argument("output", type=Path)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run one command."""
    asked = parse(arguments)
    mutator = load_mutator()
    try:
        if asked.command == "list":
            list_mutants(mutator, asked.module, asked.sample, asked.seed)
        else:
            write_mutant(mutator, asked.module, asked.id, asked.output)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        print(f"{asked.module}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
