"""What becomes of submitted modules when a workflow is interrupted? Another process goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..config import OpenHandsIntegrationConfig


def hand_over(config: OpenHandsIntegrationConfig, task_ids: Sequence[str]) -> list[str]:
    """Starts a worker process for tasks that were given back; returns what to tell about it."""
    if not task_ids:
        return []
    if config.store == "memory:":
        return ["note: the store `memory:` ends with this process: nothing can go on"]
    log = Path(str(config.workspace_root)) / "worker.log"
    command = [sys.executable, "-m", "openhands_testgen", "worker", "--exit-when-idle"]
    options = ["--detached", "--project-root", str(config.project_root), "--store"]
    with log.open("ab") as lines:
        worker = subprocess.Popen(
            [*command, *options, str(config.store)],
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )
    # It outlives this process, on purpose: nobody waits for it here.
    worker.returncode = 0
    return [
        f"note: worker process {worker.pid} goes on with what was submitted, log {log}",
        f"  cancel  openhands-testgen cancel {' '.join(task_ids)}",
    ]
