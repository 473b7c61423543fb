"""How does an answer reach an await? At once, or through the mailbox of the caller's loop."""

from __future__ import annotations

import asyncio

from . import _core
from ._first_look import FirstCall


async def arrival(answer: object) -> object:
    """The answer itself, or what the engine's mailbox brings."""
    if type(answer) is FirstCall:
        answer = await answer.answer()
    if type(answer) is not _core.Pending:
        return answer
    try:
        return await answer.future
    except asyncio.CancelledError:
        answer.abandon()
        raise
