"""Is the table of docs/migration.md what the program has? Writes it; with ``--check`` only asks.

It reads `config show`, in a project without settings, by the interpreter that runs it.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/migration.md"
HEAD = "| setting | variable | default | what it is |\n|---|---|---|---|\n"
SETTING = re.compile(r"^(\w+) = (.*)\n    from .*; variable (\w+)\n    (.*)$", re.MULTILINE)


def rows() -> Iterator[str]:
    """One row for each setting, in the order of the program."""
    with tempfile.TemporaryDirectory() as folder:
        root = str(Path(folder).resolve())
        Path(folder, "pyproject.toml").touch()
        shown = subprocess.run(
            [sys.executable, "-m", "openhands_testgen", "config", "show"],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "OPENHANDS_ENV_FILE": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    for name, value, variable, about in SETTING.findall(shown):
        default = f"`{value.replace(root, '.')}`" if value != "(none)" else ""
        if name == "python":
            default = "found"
        meaning = about.replace("|", r"\|")
        yield f"| `{name}` | `{variable}` | {default} | {meaning} |"


def main() -> int:
    """Writes the table, or answers 1 where it is not the truth."""
    before = PAGE.read_text(encoding="utf-8")
    text, _, _ = before.partition(HEAD)
    table = "\n".join(rows())
    after = f"{text}{HEAD}{table}\n"
    if "--check" in sys.argv[1:]:
        return 0 if after == before else 1
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
