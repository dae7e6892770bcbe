"""The response: an answer as bytes, packed where that pays, and handed over as fast as the client takes it."""

import asyncio
import zlib
from collections.abc import Mapping

from starlette.types import Send

from api.gateway.http.gate import Who
from api.gateway.http.media import takes_gzip
from api.gateway.http.outbox import Outbox

SMALLEST = 1_000
"""From how many bytes on an answer is packed."""

LEVEL = 4
CHUNK = 65_536
"""A longer answer is packed in a thread, and sent in parts of this length."""


async def respond(  # noqa: PLR0913 - a response has these parts
    send: Send,
    status: int,
    payload: bytes,
    media: bytes,
    extra: tuple[tuple[bytes, bytes], ...],
    *,
    asked: Mapping[bytes, bytes],
    who: Who,
    outbox: Outbox,
) -> None:
    """Send a response; a client that does not take a long one in time is cut off.

    Raises:
        TimeoutError: it was.
    """
    headers = [(b"content-type", media + b"; charset=utf-8"), *extra]
    packs = False
    if len(payload) >= SMALLEST:
        headers.append((b"vary", b"Accept-Encoding"))
        packs = takes_gzip(asked.get(b"accept-encoding", b""))
    if packs:
        headers.append((b"content-encoding", b"gzip"))
    if len(payload) <= CHUNK:
        await _whole(send, status, headers, _gzip(payload) if packs else payload)
        return
    async with outbox.sending(who, len(payload)):
        if packs:
            payload = await asyncio.to_thread(_gzip, payload)
        await _whole(send, status, headers, payload)


async def _whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], payload: bytes) -> None:
    headers.append((b"content-length", b"%d" % len(payload)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for start in range(0, len(payload) or 1, CHUNK):
        part = payload[start : start + CHUNK]
        more = start + CHUNK < len(payload)
        await send({"type": "http.response.body", "body": part, "more_body": more})


def _gzip(payload: bytes) -> bytes:
    return zlib.compress(payload, LEVEL, wbits=16 + zlib.MAX_WBITS)
