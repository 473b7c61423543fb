"""The command, ``openhands-testgen`` or ``python -m openhands_testgen``: all is in `_core`."""

from __future__ import annotations

# Not `signal`: making its enumerations takes longer than the command does.
import _signal  # type: ignore[import-not-found]
import sys


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    # The command handles Ctrl-C itself: the first one hands the task over.
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    from ._core import main as run

    return run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
