"""Receivers of notices: the one of the documentation, and any that answers as a test tells it."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet

from api.settings import CHECKOUT
from tests.served import free_port

PAGE = CHECKOUT / "docs" / "notices.md"
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Came:
    """One request that came: its head in small letters and its body."""

    line: str
    headers: dict[str, str]
    body: str

    def claims(self, keys: dict[str, Any]) -> dict[str, Any]:
        """What the token says, once one of the published keys has proved it."""
        token = jwt.decode(self.body, KeySet.import_key_set(keys), algorithms=["ES256"])
        assert token.header["typ"] == "secevent+jwt"
        return dict(token.claims)


@dataclass
class Receiver:
    """Listens on the machine itself and answers every request with what `answer` does."""

    port: int
    answers: list[bytes] = field(default_factory=list)
    came: list[Came] = field(default_factory=list)
    something: asyncio.Condition = field(default_factory=asyncio.Condition)
    handler: Handler | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notices"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            self.came.append(Came(line, headers, body))
            async with self.something:
                self.something.notify_all()
            if self.handler is not None:
                await self.handler(reader, writer)
            else:
                writer.write(self.answers.pop(0) if self.answers else TAKEN)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def until(self, number: int) -> None:
        """Wait until so many requests came."""
        async with self.something:
            await self.something.wait_for(lambda: len(self.came) >= number)


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer as it goes over the wire."""
    fields = {"Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


TAKEN = answer("202 Accepted")


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that takes everything, unless it is told otherwise."""
    made = Receiver(0)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@asynccontextmanager
async def listening(app: Any, port: int) -> AsyncIterator[None]:
    """An ASGI application on a real port, in this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def documented(issuer: str, recipient: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The receiver of the documentation as it stands there: its URL, and what it keeps."""
    (program,) = PYTHON.findall(PAGE.read_text(encoding="utf-8"))
    os.environ.update(ISSUER=issuer, RECIPIENT=recipient)
    module: dict[str, Any] = {}
    try:
        exec(compile(program, str(PAGE), "exec"), module)  # noqa: S102 - the page is tested as it stands
    finally:
        del os.environ["ISSUER"], os.environ["RECIPIENT"]
    port = free_port()
    async with listening(module["app"], port):
        yield f"http://127.0.0.1:{port}/notices", module["withdrawn"]
