"""What is asked for, and what is answered: the request, the report and the events, as files."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic  # as it is before calls see another clock
from typing import Any


@dataclass(frozen=True)
class Request:
    """One module to write tests for.

    Paths are relative to `workspace` unless they say otherwise.
    """

    workspace: str
    module_path: str
    import_root: str
    module_name: str
    output_path: str
    scratch: str
    report_path: str
    events_path: str | None = None
    coverage_threshold: float = 80.0
    seed: int = 0
    budget_seconds: float = 15.0
    call_seconds: float = 1.0
    import_seconds: float = 10.0
    rejected: tuple[dict[str, str], ...] = ()

    @classmethod
    def read(cls, path: str) -> Request:
        """Read a request file; keys that this version does not know are ignored."""
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        known["rejected"] = tuple(known.get("rejected") or ())
        return cls(**known)

    @property
    def module_file(self) -> Path:
        """The canonical path of the module under test."""
        return (Path(self.workspace) / self.module_path).resolve()

    @property
    def root(self) -> Path:
        """The canonical folder that must be on `sys.path`."""
        return (Path(self.workspace) / self.import_root).resolve()


@dataclass
class Report:
    """What came of a request."""

    status: str = "written"
    error: str | None = None
    tests: int = 0
    cases: int = 0
    covered_lines: int = 0
    total_lines: int = 0
    covered_branches: int = 0
    total_branches: int = 0
    noticed_faults: int = 0
    """Of the small faults that were put into the module, those that a test notices."""
    total_faults: int = 0
    left_out: list[dict[str, str]] = field(default_factory=list)

    def write(self, path: str) -> None:
        """Write the report so that a reader sees all of it or nothing."""
        write_atomically(Path(path), json.dumps(asdict(self), indent=2) + "\n")


class InvalidModuleError(Exception):
    """The module cannot be tested; the message is the sentence for the user."""


class Events:
    """Appends progress to the events file, at most some twenty lines a second."""

    INTERVAL_SECONDS = 0.05

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._last: tuple[str, float] = ("", 0.0)

    def tell(self, stage: str, message: str, covered: int = 0, total: int = 0) -> None:
        """Append one line; dropped if the same stage spoke a moment ago."""
        now = monotonic()
        if self._path is None or (
            self._last[0] == stage and now - self._last[1] < self.INTERVAL_SECONDS
        ):
            return
        self._last = (stage, now)
        line = {"stage": stage, "message": message, "covered": covered, "total": total}
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write to a sibling, flush it to disk, rename; parents are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
