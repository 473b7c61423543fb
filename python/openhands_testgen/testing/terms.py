"""What does a test ask for? The keywords of its marker, checked before anything is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Self

import pytest

from ..exceptions import InvalidRequestError
from . import check

_OWN = ("project", "files", "hurry")
_OF_THE_FIXTURE = ("project_root", "agent")
"""Settings that are not a test's to choose."""


@dataclass(frozen=True)
class Terms:
    """A project to copy, files to write, whether the clock hurries, and settings."""

    project: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    hurry: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_markers(cls, markers: Iterable[pytest.Mark]) -> Self:
        """Those of a test, the nearest marker first: what stands nearer wins."""
        said: dict[str, Any] = {}
        for marker in reversed(list(markers)):
            if marker.args:
                raise pytest.UsageError(f"testgen takes keywords only, not {marker.args!r}")
            said |= marker.kwargs
        return cls.of_keywords(said)

    @classmethod
    def of_keywords(cls, said: Mapping[str, Any]) -> Self:
        """Those that keywords say.

        Raises:
            pytest.UsageError: One of them says nonsense; the message names it.
        """
        own = {name: said[name] for name in _OWN if name in said}
        settings = {name: value for name, value in said.items() if name not in own}
        try:
            terms = cls(**own, settings=settings)
            terms._check()
        except InvalidRequestError as error:
            raise pytest.UsageError(f"testgen: {error}") from None
        return terms

    def _check(self) -> None:
        check.flag("hurry", self.hurry)
        if self.project is not None:
            check.text("project", self.project)
        for name in check.texts_by_name("files", self.files, '{"src/cart.py": "ITEMS = []"}'):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.parts:
                message = f"must be paths inside the temporary project, not {name!r}"
                raise InvalidRequestError(f"files: {message}")
        for name in _OF_THE_FIXTURE:
            if name in self.settings:
                message = (
                    "cannot be set: use `project` for a project, `--testgen-agent` for an agent"
                )
                raise InvalidRequestError(f"{name}: {message}")
