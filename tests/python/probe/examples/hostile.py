"""What a function may do to the process that calls it, and one function that is worth a test."""

import ctypes
import os
import socket
import subprocess
import sys
import time


def leave() -> None:
    os._exit(3)


def crash() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def spin() -> None:
    while True:
        pass


def cling() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def doze() -> None:
    time.sleep(60)


def fork() -> bool:
    return os.fork() == 0


def shell() -> int:
    subprocess.run(["true"], check=True)
    return 1


def dial() -> None:
    socket.create_connection(("127.0.0.1", 9))


def kill() -> None:
    os.kill(os.getpid(), 9)


def eat() -> None:
    data = []
    while True:
        data.append(" " * 10_000_000)


def deepen(number: int) -> int:
    return deepen(number + 1)


def stop() -> None:
    sys.stdin.readline()
    raise KeyboardInterrupt


def double(number: int) -> int:
    """Return twice the number."""
    if number < 0:
        raise ValueError("number must not be negative")
    return number * 2
