"""Queues on PostgreSQL: the same no-op work, two worker processes, one submitter.

`python benches/queues postgres://USER@HOST:PORT [TASKS]` measures, with 1, 8 and 32 workers over
two processes: how many tasks a second go through from the first submission to the last end, how
long after a submission an idle worker has begun (pick-up), and how long after a task's end the
submitter, who waits for it, knows (notice). The work notes the monotonic clock of the machine in a
file. A one-row insert with its commit, of the same run, is what all are measured by.

Each queue waits as it offers to: ours by its results, Procrastinate by asking for the status every
5 ms, since it has no wait, DBOS by its handle, with the shortest polls that its settings take.
Celery keeps its queue in Redis, started here with `appendonly yes` and `appendfsync always`:
another kind of promise, for reference.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / ".venv-bench" / "queues"
PINNED = [
    "procrastinate==3.10.0",
    "dbos==3.4.0",
    "celery[redis]==5.7.0",
    "psycopg[binary]==3.3.9",
]
WORKERS = (1, 8, 32)


def others() -> Path:
    """An interpreter that has the other queues, made when needed."""
    python = FOLDER / "bin/python"
    made = FOLDER / "made"
    if not made.exists() or made.read_text() != "\n".join(PINNED):
        venv.create(FOLDER, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
        made.write_text("\n".join(PINNED))
    return python


def measured(queue: str, python: Path, server: str, workers: int, tasks: int) -> dict[str, Any]:
    """What one queue comes to."""
    command = [python, HERE / "measure.py", queue, server, str(workers), str(tasks)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=1800)
    if done.returncode:
        return {"error": f"exit code {done.returncode}"}
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Prints the table."""
    server = sys.argv[1] if len(sys.argv) > 1 else ""
    if not server.startswith("postgres"):
        sys.exit("name a server: python benches/queues postgres://USER@HOST:PORT")
    tasks = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    python = others()
    commit = measured("commit", python, server, 1, 300)["commit"]
    print(
        f"queues on PostgreSQL: {tasks} no-op tasks; a one-row insert takes {commit * 1e3:.2f} ms"
    )
    print(f"  {'':<14}{'workers':>8}{'tasks/s':>10}{'pick-up p50':>14}{'notice p50':>14}")
    for workers in WORKERS:
        for queue in ("ours", "procrastinate", "dbos", "celery"):
            its = Path(sys.executable) if queue == "ours" else python
            figures = measured(queue, its, server, workers, tasks)
            if "error" in figures:
                print(f"  {queue:<14}{workers:>8}  {figures['error']}")
                continue
            pick_up, notice = (
                statistics.median(figures[name]) / 1e6 for name in ("pick_up", "notice")
            )
            rate = figures["rate"]
            print(
                f"  {queue:<14}{workers:>8}{rate:>10.0f}{pick_up:>11.1f} ms{notice:>11.1f} ms",
                flush=True,
            )


main()
