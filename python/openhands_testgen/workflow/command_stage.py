"""A stage that runs one command of the project's, and fails when the command does."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from .results import StageResult

_TAIL_LINES = 20
_MOST_BYTES = 65_536
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
        """Runs the command to its end; its last lines stand in `outputs`, and in `errors`.

        What it leaves running is not waited for.
        """
        with tempfile.TemporaryFile() as said:
            try:
                exit_code = await self._run(said)
            except TimeoutError:
                command = shlex.join(self.command)
                return self._failed(f"{command} did not end within {self.timeout_seconds:g} s")
            except (OSError, ValueError) as error:
                return self._failed(f"{self.command[0]} could not be started: {error}")
            said.seek(max(0, said.seek(0, os.SEEK_END) - _MOST_BYTES))
            tail = "\n".join(said.read().decode(errors="replace").splitlines()[-_TAIL_LINES:])
        outputs = self._outputs(exit_code, tail)
        if exit_code == 0:
            return StageResult(self.name, True, outputs)
        message = f"{shlex.join(self.command)} ended with {exit_code}"
        return StageResult(self.name, False, outputs, [f"{message}\n{tail}" if tail else message])

    async def _run(self, said: IO[bytes]) -> int:
        # Into a file: a pipe would be waited for as long as any of its heirs lives.
        process = await asyncio.create_subprocess_exec(
            *self.command,
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await process.wait()
        except BaseException:
            await _end(process)
            raise

    def _failed(self, message: str) -> StageResult:
        return StageResult(self.name, False, self._outputs(None, ""), [message])

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
