"""A stage that runs one command of the project's, and fails when the command does."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from .results import StageResult

_TAIL_LINES = 20
_END_SECONDS = 5.0
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CommandStage:
    """Runs a command in a folder; no shell reads it.

    Args:
        name: The stage's name.
        command: A text that is split as a shell would, or words. ``{component}`` and the other
            names of `words` stand for their values.
        folder: Where it runs.
        words: What placeholders stand for; other braces stay as they are.
        timeout_seconds: After that it is ended, with all it started.
    """

    def __init__(
        self,
        name: str,
        command: str | Sequence[str],
        folder: Path,
        words: Mapping[str, str] | None = None,
        timeout_seconds: float = 600.0,
    ) -> None:
        """Makes a stage; nothing is run yet."""
        self.name = name
        self.command = _filled(command, words or {})
        self.folder = folder
        self.timeout_seconds = timeout_seconds

    async def execute(self) -> StageResult:
        """Runs the command to its end; its last lines stand in `outputs`, and in `errors`."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            message = f"{self.command[0]} could not be started: {error}"
            return StageResult(self.name, False, self._outputs(None, ""), [message])
        try:
            async with asyncio.timeout(self.timeout_seconds):
                said, _ = await process.communicate()
        except TimeoutError:
            await _end(process)
            message = f"{shlex.join(self.command)} did not end within {self.timeout_seconds:g} s"
            return StageResult(self.name, False, self._outputs(None, ""), [message])
        except BaseException:
            await _end(process)
            raise
        tail = "\n".join(said.decode(errors="replace").splitlines()[-_TAIL_LINES:])
        if process.returncode == 0:
            return StageResult(self.name, True, self._outputs(0, tail))
        message = f"{shlex.join(self.command)} ended with {process.returncode}"
        errors = [f"{message}\n{tail}" if tail else message]
        return StageResult(self.name, False, self._outputs(process.returncode, tail), errors)

    def _outputs(self, exit_code: int | None, tail: str) -> dict[str, object]:
        return {"command": shlex.join(self.command), "exit_code": exit_code, "output": tail}


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends a command and what it started: it has a session of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            break
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        except TimeoutError:
            continue


def _filled(command: str | Sequence[str], values: Mapping[str, str]) -> list[str]:
    words = shlex.split(command) if isinstance(command, str) else list(command)
    return [_PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), word) for word in words]
