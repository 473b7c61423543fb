"""The command `workflow`: runs the stages, tells how far they are, and prints what they came to.

The command line itself is read in Rust, like that of every other verb.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..exceptions import ConfigurationError, OpenHandsTestGenError
from ..generator import OpenHandsTestGenerator
from . import github, summary
from .handover import hand_over
from .orchestrator import WorkflowOrchestrator
from .progress import Progress
from .results import WorkflowResult

DONE, FAILED, CONFIGURATION, INTERRUPTED, TERMINATED = 0, 1, 3, 130, 143


@dataclass
class Request:
    """What the command line asks for."""

    spec: str
    component: str
    target: str
    is_async: bool
    coverage: int | None
    report: str | None
    output_format: str


def main(*, variables: Mapping[str, str], **request: Any) -> int:  # noqa: ANN401 (named by `Request`)
    """Runs a workflow in this process and returns the exit code.

    Args:
        variables: Settings of the command line, by the variables that say the same.
        request: The fields of `Request`.
    """
    os.environ.update(variables)
    # The command line leaves Ctrl-C to the system; here it cancels what is awaited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _tell_on_standard_error()
    asked = Request(**request)
    try:
        return asyncio.run(_Command(asked).run())
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ConfigurationError, OpenHandsTestGenError, OSError) as error:
        return _fail(error, asked.output_format)


class _Command:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._is_terminated = False

    async def run(self) -> int:
        self._end_on_termination()
        try:
            result = await self._result()
        except asyncio.CancelledError:
            if not self._is_terminated:
                raise
            return TERMINATED
        self._print(result)
        try:
            if self._request.report is not None:
                result.save_report(self._request.report)
        except OSError as error:  # standard output has its document already
            return _fail(error, "text")
        return DONE if result.success else FAILED

    async def _result(self) -> WorkflowResult:
        request = self._request
        config = {} if request.coverage is None else {"coverage_threshold": request.coverage}
        orchestrator = WorkflowOrchestrator(request.spec, request.component, request.target, config)
        generator = OpenHandsTestGenerator.from_env()
        orchestrator.generator = generator
        progress = await Progress.since_now(generator)
        telling = asyncio.create_task(progress.tell())
        left: list[str] = []
        try:
            if request.is_async:
                return await orchestrator.run_async_with_parallel_openhands()
            return await orchestrator.run_in_turn()
        except asyncio.CancelledError:
            left = await progress.unfinished()
            raise
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling
            await generator.stop(0)
            for line in hand_over(generator.config, left):
                print(line, file=sys.stderr)

    def _print(self, result: WorkflowResult) -> None:
        if self._request.output_format == "json":
            _say(json.dumps(result.to_dict(), indent=2, ensure_ascii=False, default=str))
        elif self._request.output_format == "github":
            _say("\n".join(github.lines(result)))
        else:
            _say("\n".join(summary.lines(result)))

    def _end_on_termination(self) -> None:
        task = asyncio.current_task()

        def terminate() -> None:
            self._is_terminated = True
            if task is not None:
                task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)


class _Line(logging.Formatter):
    """`warning: …`, as the command's other verbs write."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        is_stage = record.name == "openhands_testgen.workflow" and record.levelno < logging.WARNING
        level = "note" if record.levelno < logging.WARNING else record.levelname.lower()
        return text if is_stage else f"{level}: {text}"


def _tell_on_standard_error() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    logger = logging.getLogger("openhands_testgen")
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logging.getLogger("openhands_testgen.workflow").setLevel(logging.INFO)


def _say(text: str) -> None:
    try:
        print(text, end="\n" if text else "", flush=True)
    except BrokenPipeError:  # a reader that has had enough is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: Exception, output_format: str) -> int:
    message = str(error)
    print(f"error: {message}", file=sys.stderr)
    hint = None
    if isinstance(error, ConfigurationError):
        hint = "`openhands-testgen config show` lists every setting"
        print(f"hint: {hint}", file=sys.stderr)
    if output_format == "json":
        told = {"message": message, "hint": hint, "exit_code": CONFIGURATION}
        _say(json.dumps({"error": told}, indent=2, ensure_ascii=False))
    elif output_format == "github":
        _say(github.error_line(message))
    return CONFIGURATION
