"""In which interpreters? Environments of pinned packages under `.venv-bench`, made when needed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".venv-bench"
#: Pynguin 0.48 says so in its metadata; the pinned networkx needs 3.11.
PYNGUIN_MINORS = range(11, 16)


class NoInterpreterError(Exception):
    """No installed Python fits."""


def modules_python() -> Path:
    """The interpreter that the tests run in: ours, with the twelve packages."""
    return _environment("modules", Path(sys.executable))


def pynguin_python() -> Path:
    """An interpreter with Pynguin and the twelve packages; of our own version, if that fits.

    Raises:
        NoInterpreterError: none of those that are installed fits.
    """
    return _environment("pynguin", _fitting_interpreter())


def site_packages(python: Path) -> Path:
    """Where an environment keeps its packages."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.check_output([python, "-c", code], text=True).strip())


def _fitting_interpreter() -> Path:
    if sys.version_info[1] in PYNGUIN_MINORS:
        return Path(sys.executable)
    for minor in PYNGUIN_MINORS:
        found = shutil.which(f"python3.{minor}")
        # A shim of pyenv may be there and lead nowhere.
        if (
            found
            and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            return Path(found)
    raise NoInterpreterError(
        f"Pynguin needs Python 3.{PYNGUIN_MINORS[0]} to 3.{PYNGUIN_MINORS[-1]}, and there is none"
    )


def _environment(name: str, interpreter: Path) -> Path:
    """Makes the environment, unless it is there with the same pins."""
    requirements = REPOSITORY / "requirements" / f"bench-{name}.txt"
    folder = FOLDER / name
    stamp = folder / ".made"
    state = hashlib.sha256(requirements.read_bytes() + str(interpreter).encode()).hexdigest()
    python = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != state:
        print(f"making {folder.relative_to(REPOSITORY)}", file=sys.stderr)
        subprocess.run([interpreter, "-m", "venv", "--clear", folder], check=True)
        install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            requirements,
        ]
        subprocess.run([python, *install], check=True)
        stamp.write_text(state)
    return python
