"""One connection of HTTP/1.1 that knows exactly what it received: a response is whole, or it never came."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import orjson

HERE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
"""Where `make serve` serves in this environment."""

PATIENCE = 20.0
"""Seconds that a script waits for somebody to listen."""

BROKEN = (ConnectionError, asyncio.IncompleteReadError, OSError)
"""What a connection ends with whose other end was killed."""


@dataclass(frozen=True, slots=True)
class Received:
    """A response that came whole."""

    status: int
    request_id: str
    body: Any


class Wire:
    """A connection that is used for one request after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        return cls(*await asyncio.open_connection(host, port))

    @classmethod
    async def reach(cls, host: str, port: int, patience: float = 60) -> Self:
        """Open a connection as soon as somebody listens."""
        async with asyncio.timeout(patience):
            while True:
                with suppress(ConnectionError):
                    return await cls.open(host, port)
                await asyncio.sleep(0.01)

    async def ask(
        self, token: str, query: str, variables: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Received:
        """Send one operation, and wait for the whole of its answer.

        Raises:
            ConnectionError, asyncio.IncompleteReadError: the other end went away before.
        """
        body = orjson.dumps({"query": query, "variables": variables})
        lines = {
            "Host": "gateway",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._writer.write(f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + body)
        await self._writer.drain()
        first, *rest = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        answer = await self._reader.readexactly(int(told["content-length"]))
        return Received(int(first.split()[1]), told["x-request-id"], orjson.loads(answer))

    def close(self) -> None:
        self._writer.close()
