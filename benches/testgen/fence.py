"""What keeps foreign code from the machine: bubblewrap, with one folder that can be written.

Pynguin calls the modules with random arguments, and a mutant of a module that moves files may move
others: nothing of either runs without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from environments import REPOSITORY

#: Where the two scripts live that run beside the tests.
INSIDE = Path(__file__).resolve().parent / "inside"


def missing() -> str | None:
    """Why there is no fence here, if so."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is missing: sh scripts/bubblewrap.sh says how to get it"
    tried = subprocess.run(
        _fence(Path.cwd(), ["true"]), capture_output=True, text=True, check=False
    )
    return None if tried.returncode == 0 else f"bubblewrap cannot run here: {tried.stderr.strip()}"


def run(
    folder: Path, root: Path, command: list[object], seconds: float, **environment: str
) -> subprocess.CompletedProcess[str] | None:
    """Runs a command in `root`, a project within `folder`; None when its time was up.

    Only `folder` can be written, nothing is on the network, and nothing of the caller's environment
    reaches it.
    """
    home = folder / "home"
    home.mkdir(exist_ok=True)
    settings = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join([str(root), str(INSIDE)]),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        **environment,
    }
    try:
        return subprocess.run(
            _fence(folder, command),
            cwd=root,
            env=settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None


def _fence(folder: Path, command: list[object] | list[str]) -> list[str]:
    read_only = [REPOSITORY, Path(sys.base_prefix), Path(sys.prefix)]
    shown = [word for path in read_only for word in ("--ro-bind", path, path)]
    options = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", *shown]
    options += ["--bind", folder, folder, "--unshare-net", "--unshare-pid", "--die-with-parent"]
    return [str(word) for word in ["bwrap", *options, "--new-session", "--", *command]]
