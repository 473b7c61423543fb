"""How does the bench speak HTTP? By plain sockets, so that the client costs next to nothing."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from urllib.parse import urlsplit


class Client:
    """One connection, kept open."""

    def __init__(self, address: str, key: str = "") -> None:
        """Of a service; nothing is connected yet."""
        self.place = urlsplit(address)
        self.head = f"Host: {self.place.netloc}\r\nAuthorization: Bearer {key}\r\n"

    async def open(self) -> Client:
        """Connects."""
        assert self.place.hostname is not None
        self.reader, self.writer = await asyncio.open_connection(
            self.place.hostname, self.place.port
        )
        return self

    async def post(self, path: str, body: object) -> dict[str, str]:
        """The JSON that answers this one."""
        text = json.dumps(body)
        kind = f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
        self.writer.write(f"POST {path} HTTP/1.1\r\n{self.head}{kind}\r\n{text}".encode())
        return await self.answer()

    async def get(self, path: str) -> dict[str, str]:
        """The JSON that is there."""
        self.writer.write(f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode())
        return await self.answer()

    async def answer(self) -> dict[str, str]:
        """The JSON that answers the last request."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        answer: dict[str, str] = json.loads(await self.reader.readexactly(length))
        assert head.split()[1] in ("200", "202"), answer
        return answer

    async def begin(self, path: str) -> None:
        """Opens a stream, sees it begin, and leaves it."""
        self.writer.write(f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode())
        await self.reader.readuntil(b"data: ")
        self.writer.close()

    async def follow(self, path: str, delays: list[float], enough: int | None = None) -> None:
        """Notes how old each line of a stream is when it arrives, in seconds.

        Until the stream ends, or `enough` have come.
        """
        came = 0
        self.writer.write(f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode())
        while line := await self.reader.readline():
            if line == b"0\r\n":
                break
            if line.startswith(b"data: ") and b'"event":"log"' in line:
                now = time.time()
                delays.append(now - moment(json.loads(line[6:])["time"]))
                came += 1
                if came == enough:
                    break
        self.writer.close()


def moment(text: str) -> float:
    """Seconds since 1970 of an ISO time."""
    return datetime.fromisoformat(text).timestamp()
