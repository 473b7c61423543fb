"""Functions and classes that are awkward to call."""

from __future__ import annotations

from .case import DOUBLE, case

CASES = [
    case(
        "endless for some arguments, and always",
        """
def halve(number: int) -> int:
    steps = 0
    while number != 1:
        number //= 2
        steps += 1
    return steps


def forever() -> None:
    while True:
        pass
"""
        + DOUBLE,
        60.0,
        avoids=("forever(",),
    ),
    case(
        "recursion without an end",
        """
def factorial(number: int) -> int:
    if number == 0:
        return 1
    return number * factorial(number - 1)


def itself() -> int:
    return itself()
""",
        75.0,
    ),
    case(
        "threads that are joined, and one that is not",
        """
import threading
import time


def in_threads(count: int) -> int:
    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(min(count, 4))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def leave_behind() -> str:
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    return "started"
"""
        + DOUBLE,
        70.0,
    ),
    case(
        "calls that end the process",
        """
import ctypes
import os
import signal
import sys


def leave() -> None:
    os._exit(3)


def fork() -> int:
    return os.fork()


def crash() -> bytes:
    return ctypes.string_at(0)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def quit_politely(code: int) -> None:
    sys.exit(code)
"""
        + DOUBLE,
        45.0,
        avoids=("leave(", "fork(", "crash(", "kill("),
    ),
    case(
        "reads standard input",
        """
def ask(question: str) -> str:
    return input(question)


def numbers() -> list[int]:
    import sys

    return [int(line) for line in sys.stdin]
"""
        + DOUBLE,
        60.0,
    ),
    case(
        "changes the working directory, the environment and signal handlers",
        """
import os
import signal


def enter(folder: str) -> str:
    os.chdir(folder)
    return os.getcwd()


def remember(value: str) -> str:
    os.environ["AWKWARD_VALUE"] = value
    return os.environ["AWKWARD_VALUE"].upper()


def ignore_interrupts() -> bool:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.alarm(1)
    return True
"""
        + DOUBLE,
        50.0,
    ),
    case(
        "global state that changes with each call",
        """
_seen: list[str] = []
_count = 0


def next_number() -> int:
    global _count
    _count += 1
    return _count


def remember(word: str) -> int:
    if word in _seen:
        raise KeyError(word)
    _seen.append(word)
    return len(_seen)


def reset() -> None:
    global _count
    _count = 0
    _seen.clear()
"""
        + DOUBLE,
        40.0,
        soak=True,
    ),
    case(
        "prints megabytes, eats memory, sleeps for an hour, dials",
        """
import socket
import time


def shout() -> None:
    print("x" * 20_000_000)


def eat() -> int:
    return len(bytearray(64 << 30))


def doze() -> None:
    time.sleep(3600)


def dial() -> None:
    socket.create_connection(("192.0.2.1", 80), timeout=60)
"""
        + DOUBLE,
        45.0,
        avoids=("192.0.2.1",),
        soak=True,
    ),
    case(
        "removes and writes files where it stands",
        """
import os
import shutil
from pathlib import Path


def clean() -> int:
    removed = 0
    for path in Path(".").iterdir():
        shutil.rmtree(path) if path.is_dir() else os.remove(path)
        removed += 1
    return removed


def note(text: str) -> int:
    return Path("note.txt").write_text(text)
"""
        + DOUBLE,
        30.0,
        avoids=("clean(",),
        soak=True,
    ),
    case(
        "warnings that are errors",
        """
import warnings

warnings.simplefilter("error")


def old(number: int) -> int:
    warnings.warn("use double", DeprecationWarning, stacklevel=2)
    return number
"""
        + DOUBLE,
        70.0,
        soak=True,
    ),
    case(
        "never ending generators, also asynchronous",
        """
import asyncio
from collections.abc import AsyncIterator, Iterator


def count(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1


async def tick(start: int) -> AsyncIterator[int]:
    while True:
        yield start
        start += 1
        await asyncio.sleep(0)


async def first(start: int) -> int:
    async for number in tick(start):
        return number
    return -1
""",
        50.0,
        soak=True,
    ),
]
