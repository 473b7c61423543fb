"""Describes the interpreter that runs it: one JSON object on the standard output.

Run once per interpreter, by file path, with the environment of the sandbox (no ``PYTHONPATH``).
"""

import json
import os
import site
import sys
from importlib import metadata


def version_of(distribution: str) -> str | None:
    """The installed version, or ``None``."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def user_base() -> str | None:
    """Where this user's own packages lie, if the interpreter looks there."""
    if not site.ENABLE_USER_SITE:
        return None
    return site.getuserbase()


def describe() -> dict[str, object]:
    """What the engine needs to know to run code with this interpreter elsewhere."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = [os.path.abspath(entry) for entry in sys.path if os.path.exists(entry)]
    return {
        "version": list(sys.version_info[:3]),
        "implementation": sys.implementation.name,
        "program": sys.executable,
        "executable": os.path.realpath(sys.executable),
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "site_dirs": [entry for entry in site.getsitepackages() if os.path.isdir(entry)],
        "user_base": user_base(),
        "sys_path": [entry for entry in path if entry != here],
        "pytest": version_of("pytest"),
        "coverage": version_of("coverage"),
        "agent_server": version_of("openhands-agent-server"),
    }


if __name__ == "__main__":
    print(json.dumps(describe()))
