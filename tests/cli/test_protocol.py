"""The protocol: headers have an end and a deadline, and what is within them is answered as before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import cycle
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
async def serving(app: Any = application) -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, http=Protocol, lifespan="off", log_config=None)
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


SOON = 0.3
LATE = 20
OK = b"HTTP/1.1 200 "
SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "WHOLE", SOON)


class Line(asyncio.Protocol):
    """The other end of a connection; what was heard stays, however the connection ends."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.gone = False
        self._news = asyncio.Event()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self._news.set()

    def connection_lost(self, _: Exception | None) -> None:
        self.gone = True
        self._news.set()

    def say(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def leave(self) -> None:
        assert self._transport is not None
        self._transport.close()

    async def answered(self) -> bytes:
        """One answer: its headers, and its body of one byte."""
        return await self._taken(lambda: self.gone or b"\r\n\r\n" in self.heard[:-1])

    async def ended(self) -> bytes:
        """What comes until the connection is closed."""
        return await self._taken(lambda: self.gone)

    async def dripped(self, drops: bytes) -> bytes:
        """The same, while one byte after another is sent and they never end."""
        ending = asyncio.create_task(self.ended())
        for drop in cycle(drops):
            self.say(bytes([drop]))
            done, _ = await asyncio.wait([ending], timeout=SOON / 20)
            if done:
                break
        return await ending

    async def _taken(self, enough: Callable[[], bool]) -> bytes:
        async with asyncio.timeout(LATE):
            while not enough():
                self._news.clear()
                await self._news.wait()
        taken = bytes(self.heard)
        self.heard.clear()
        return taken


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Line]:
    _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
    try:
        yield line
    finally:
        line.leave()


@pytest.mark.usefixtures("soon")
async def test_a_connection_on_which_nothing_comes_is_closed_without_a_word() -> None:
    async with serving() as port, calling(port) as line:
        assert await line.ended() == b""


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("whole", "drops"),
    [
        (b"GET /?", b"a"),
        (b"", b"\r\n"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"a"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n"),
    ],
    ids=["the first line", "blank lines", "a header", "many headers"],
)
async def test_headers_that_drip_are_a_408_and_the_connection_ends(whole: bytes, drops: bytes) -> None:
    async with serving() as port, calling(port) as line:
        line.say(whole)
        assert await line.dripped(drops) == SLOW


@pytest.mark.usefixtures("soon")
async def test_headers_that_stop_in_the_middle_are_a_408_too() -> None:
    async with serving() as port, calling(port) as line:
        line.say(b"GET / HTTP/1.1\r\nHost:")
        assert await line.ended() == SLOW


@pytest.mark.usefixtures("soon")
async def test_the_next_request_of_a_kept_connection_has_its_own_deadline() -> None:
    async with serving() as port, calling(port) as line:
        loop = asyncio.get_running_loop()
        end, times = loop.time() + 3 * SOON, 0
        while loop.time() < end:
            line.say(head(b"Content-Length: 0"))
            assert (await line.answered()).startswith(OK)
            times += 1
        assert times > 10
        line.say(b"GET /?")
        assert await line.dripped(b"a") == SLOW
        assert loop.time() >= end + SOON * 0.9


@pytest.mark.usefixtures("soon")
async def test_an_answer_takes_as_long_as_it_takes() -> None:
    may = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await may.wait()
        await application(scope, receive, send)

    async with serving(slow) as port, calling(port) as line, calling(port) as other:
        line.say(head(b"Content-Length: 0"))
        assert await other.ended() == b""
        may.set()
        assert (await line.answered()).startswith(OK)
        line.say(head(b"Content-Length: 0"))
        assert (await line.answered()).startswith(OK)


@pytest.mark.usefixtures("soon")
async def test_a_body_that_nobody_reads_may_not_drip_for_ever() -> None:
    """The answer is out, so that nothing more is said."""

    async def deaf(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
        await send({"type": "http.response.body", "body": b"0"})

    async with serving(deaf) as port, calling(port) as line:
        line.say(head(b"Content-Length: 100000"))
        assert (await line.answered()).startswith(OK)
        assert await line.dripped(b"x") == b""


async def test_many_requests_of_one_connection_need_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    look_at = Protocol.look_at

    def counted(self: Protocol, at: float) -> None:
        looks.append(at)
        look_at(self, at)

    monkeypatch.setattr(Protocol, "look_at", counted)
    async with serving() as port, calling(port) as line:
        for _ in range(50):
            line.say(head(b"Content-Length: 0"))
            assert (await line.answered()).startswith(OK)
    assert len(looks) == 1
