"""The protocol: HTTP as uvicorn speaks it, with an end to the headers of a request."""

import asyncio
import socket

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 65_536
"""How many bytes of a request may be no body: its first line, its headers, and the marks between its parts."""

MOST_HEADERS = 200
UNTAKEN = 60
"""Seconds after which a connection is given up whose other end takes nothing of what was sent."""

TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """Closes a connection whose headers do not end, which would be copied again with every part that comes."""

    _came = _body = 0
    _refuses = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client has come."""
        super().connection_made(transport)
        plain = self.transport.get_extra_info("socket")
        if plain is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN * 1000)

    def data_received(self, data: bytes) -> None:
        """So many bytes more; a part is at most 256 KB, so that they may be counted behind it."""
        self._came += len(data)
        super().data_received(data)
        if self._came - 2 * self._body > MOST_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_headers_complete(self) -> None:
        """Begin to answer, unless there were too many."""
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
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What could not be read is refused, and the connection closed."""
        if self._refuses:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self.transport.write(TOO_LARGE)
        self.transport.close()
