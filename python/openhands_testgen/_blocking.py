"""How does plain code wait for a coroutine? On a loop of its own, never on the one that runs."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def run_blocking(work: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Runs `work` to its end and returns its answer.

    Within a running event loop it runs in a thread, with the caller's context; the loop stands
    still meanwhile, as the caller asked.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, "openhands-testgen-blocking") as pool:
        return pool.submit(context.run, lambda: asyncio.run(work())).result()
