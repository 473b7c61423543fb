"""Runs the tests against one mutant after another: `run_mutants.py CONFIG`, in the project's root.

CONFIG is `{"module": path, "tests": path, "mutants": [{"id", "text"}]}`. For each mutant a child is
forked that has pytest loaded already; this process never imports the module. Prints a JSON line a
mutant: `{"id", "outcome"}`, which is `survived`, `failed`, `timeout` or `crashed`. A run without a
fault comes first; when that does not pass, nothing else is said, and the exit code is 1.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

#: What the run without a fault may take, and what is added to five times of what it took.
BASE_SECONDS, MORE_SECONDS = 120.0, 5.0
MEMORY_BYTES = 4 << 30
OPTIONS = ["-q", "-x", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "bench_recorder"]


def attempt(tests: str, seconds: float) -> str:
    """Runs the tests once in a forked child."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        code = 99
        try:
            code = int(pytest.main([*OPTIONS, tests]))
        finally:
            os._exit(code)
    return wait(child, seconds)


def wait(child: int, seconds: float) -> str:
    """How the child ended; its group is ended with it."""
    end = time.monotonic() + seconds
    status, done = 0, 0
    while not done and time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0 if done else 0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not done:
        os.waitpid(child, 0)
        return "timeout"
    code = os.waitstatus_to_exitcode(status)
    return {0: "survived", 1: "failed", 2: "failed"}.get(code, "crashed")


def forget_bytecode(module: Path) -> None:
    """What Python keeps of a module may be taken for a mutant's: same second, same size."""
    for kept in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
        kept.unlink()


def main() -> int:
    """Runs them all."""
    config = json.loads(Path(sys.argv[1]).read_text())
    module, tests = Path(config["module"]), config["tests"]
    begin = time.monotonic()
    sys.dont_write_bytecode = False
    if attempt(tests, BASE_SECONDS) != "survived":
        return 1
    sys.dont_write_bytecode = True
    forget_bytecode(module)
    limit = 5 * (time.monotonic() - begin) + MORE_SECONDS
    for mutant in config["mutants"]:
        module.write_text(mutant["text"], encoding="utf-8")
        print(json.dumps({"id": mutant["id"], "outcome": attempt(tests, limit)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
