"""The protocol: HTTP as uvicorn speaks it, with an end to the headers of a request, and a deadline."""

import asyncio
import socket

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 65_536
"""How many bytes of a request may be no body: its first line, its headers, and the marks between its parts."""

MOST_HEADERS = 200
WHOLE = 10.0
"""Seconds in which headers must be whole: from the opening of a connection, then from the first byte of a request."""

UNTAKEN = 60
"""Seconds after which a connection is given up whose other end takes nothing of what was sent."""

TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """Closes a connection whose headers do not end, which would be copied again with every part that comes.

    One timer looks after a connection, every `WHOLE` seconds or when a deadline is near; a request only notes when it
    began. While a request is answered, whoever answers has deadlines of their own; while none has begun, uvicorn closes.
    """

    _came = _body = 0
    _refuses = _headed = False
    _fresh = True
    _since = 0.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client has come."""
        super().connection_made(transport)
        plain = self.transport.get_extra_info("socket")
        if plain is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN * 1000)
        self._since = self.loop.time()
        self.look_at(self._since + WHOLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """So many bytes more; a part is at most 256 KB, so that they may be counted behind it."""
        if not self._came and not self._fresh:
            self._since = self.loop.time()
        self._came += len(data)
        super().data_received(data)
        if self._came - 2 * self._body > MOST_BYTES and not self.transport.is_closing():
            self._refuse(TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Begin to answer, unless there were too many."""
        self._fresh, self._headed = False, True
        if self._came > MOST_BYTES or len(self.headers) > MOST_HEADERS:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > MOST_BYTES or len(self.headers) > MOST_HEADERS:
                self._refuses = True
                raise httptools.HttpParserError
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request begins."""
        self._came = self._body = 0
        self._headed = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What could not be read is refused, and the connection closed."""
        if self._refuses:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def look_at(self, at: float) -> None:
        """Look at this time of the loop whether a request takes too long."""
        self._timer = self.loop.call_at(at, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        now, end = self.loop.time(), self._since + WHOLE
        waiting = self._fresh or (self._came and self.cycle.response_complete)
        if not waiting:
            self.look_at(now + WHOLE)
        elif now < end:
            self.look_at(end)
        else:
            self._refuse(TOO_SLOW if self._came and not self._headed else b"")

    def _refuse(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()
