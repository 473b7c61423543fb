"""Programs with handlers, each run by an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

HEAD = """
import asyncio, os, subprocess, sys, time
from openhands_testgen import OpenHandsIntegrationConfig, OpenHandsTestGenerator

def make(store="sqlite:tasks.db", workers=1):
    return OpenHandsTestGenerator(OpenHandsIntegrationConfig(store=store, workers=workers))

async def double(context, payload):
    return {"number": 2 * payload["number"]}

async def waits(context, payload):
    context.progress("waiting", 3, 10)
    await asyncio.sleep(300)

async def stubborn(context, payload):
    context.progress("waiting")
    while True:
        try:
            await asyncio.sleep(300)
        except asyncio.CancelledError:
            pass

def function(context, payload):
    context.progress(str(os.getpid()))
    time.sleep(300)

def parent(context, payload):
    command = ["sleep", "300"]
    child = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)
    context.progress(str(child.pid))
    time.sleep(300)

def number(context, payload):
    return {"number": payload["number"]}

async def run(generator, kind, payload):
    task_id = await generator.submit_task(kind, payload)
    return (await generator.get_test_generation_results(task_id, 30))["result"]

async def begun(generator, kind):
    task_id = await generator.submit_task(kind, {})
    while not (status := await generator.get_task_status(task_id))["progress"]:
        await asyncio.sleep(0.01)
    return status
"""


def python(program: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Runs a program with a generator ready."""
    program.write_text(
        f"{HEAD}\nif __name__ == '__main__':\n{textwrap.indent(textwrap.dedent(text), '    ')}"
    )
    return subprocess.run(
        [
            sys.executable,
            "-u",  # what was printed is told also where `os._exit` ends it
            "-W",
            "always::ResourceWarning",
            "-W",
            "ignore::DeprecationWarning",
            str(program),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lives(pid: int) -> bool:
    """Whether a process runs; one that is dead and not buried does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
