"""Looks whether a sandbox keeps out what it is there to keep out, before code of a project runs.

Usage: ``python -I -S fence.py FILE PORT``

``FILE`` is a file outside of everything that a child may see; on ``PORT`` of this machine somebody
listens, unless it is 0. Ends with a sentence and exit code 1 if either can be had.
"""

import socket
import sys


def main(file: str, port: int) -> None:
    """Tries both; returns if neither is to be had."""
    if can_read(file):
        sys.exit("files outside of the project can be read")
    if port and can_connect(port):
        sys.exit("the network can be reached")


def can_read(file: str) -> bool:
    """Whether the file opens."""
    try:
        with open(file, "rb"):
            return True
    except OSError:
        return False


def can_connect(port: int) -> bool:
    """Whether somebody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
