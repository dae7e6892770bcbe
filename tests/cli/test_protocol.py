"""The protocol: headers have an end, and what is within it is answered as before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from api.cli import protocol
from api.cli.protocol import MOST_BYTES, MOST_HEADERS, Protocol


async def application(_scope: Any, receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    text = str(size).encode()
    headers = [(b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    config = uvicorn.Config(application, port=0, http=Protocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def told(port: int, *parts: bytes) -> bytes:
    """What is answered until the connection is closed or a request is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(1000), 20)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def head(*headers: bytes) -> bytes:
    return b"\r\n".join((b"POST / HTTP/1.1", b"Host: x", *headers, b"", b""))


ENDLESS = {
    "one header": (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", *[b"a" * 10_000] * 40),
    "a name": (b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"a" * 10_000] * 40),
    "many headers": (b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"a: b\r\n" * 2_000] * 20),
    "the address": (b"GET /?", *[b"a" * 10_000] * 40),
    "blank lines": (b"\r\n" * 20_000, b"\r\n" * 20_000, b"\r\n" * 20_000),
    "trailers": (
        head(b"Transfer-Encoding: chunked") + b"1\r\na\r\n0\r\n",
        *[b"a: b\r\n" * 2_000] * 20,
    ),
}


@pytest.mark.parametrize("parts", ENDLESS.values(), ids=ENDLESS)
async def test_what_has_no_end_is_closed_while_it_is_small(
    parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[int] = []
    received = Protocol.data_received

    def counted(self: Protocol, data: bytes) -> None:
        came.append(len(data))
        received(self, data)

    monkeypatch.setattr(protocol.Protocol, "data_received", counted)
    async with serving() as port:
        answer = await told(port, *parts)
    assert answer.startswith(b"HTTP/1.1 431") or not answer
    assert sum(came) <= MOST_BYTES + 2 * 262_144


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([b"a: b"] * (MOST_HEADERS - 2), b"200"),
        ([b"a: b"] * MOST_HEADERS, b"431"),
        ([b"a: " + b"b" * (MOST_BYTES - 200)], b"200"),
        ([b"a: " + b"b" * MOST_BYTES], b"431"),
    ],
)
async def test_headers_that_came_at_once_are_counted_too(headers: list[bytes], status: bytes) -> None:
    async with serving() as port:
        answer = await told(port, head(b"Content-Length: 0", *headers))
    assert answer.split()[1] == status


async def test_bodies_count_nothing_however_they_come() -> None:
    body = b"x" * 500_000
    async with serving() as port:
        whole = await told(port, head(b"Content-Length: 500000") + body)
        pieces = [b"64\r\n" + b"x" * 100 + b"\r\n"] * 5_000
        chunked = await told(port, head(b"Transfer-Encoding: chunked"), *pieces, b"0\r\n\r\n")
    assert whole.endswith(b"500000")
    assert chunked.endswith(b"500000")
