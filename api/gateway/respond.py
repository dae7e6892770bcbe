"""The response: an answer as bytes, packed where that pays, and handed over as fast as the client takes it."""

import asyncio
import zlib
from collections.abc import Mapping

from starlette.types import Send

from api.gateway.media import takes_gzip

SMALLEST = 1_000
"""From how many bytes on an answer is packed."""

IN_A_THREAD = 65_536
LEVEL = 4
CHUNK = 65_536


async def respond(  # noqa: PLR0913 - a response has these parts
    send: Send,
    status: int,
    payload: bytes,
    media: bytes,
    extra: tuple[tuple[bytes, bytes], ...],
    *,
    asked: Mapping[bytes, bytes],
    seconds: float,
) -> None:
    """Send a response; a client that takes nothing of it for so many seconds is cut off.

    Raises:
        TimeoutError: it was.
    """
    headers = [(b"content-type", media + b"; charset=utf-8"), *extra]
    if len(payload) >= SMALLEST:
        headers.append((b"vary", b"Accept-Encoding"))
        if takes_gzip(asked.get(b"accept-encoding", b"")):
            payload = await _packed(payload)
            headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(payload)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if len(payload) <= CHUNK:
        await send({"type": "http.response.body", "body": payload})
        return
    for start in range(0, len(payload), CHUNK):
        async with asyncio.timeout(seconds):
            await send(
                {
                    "type": "http.response.body",
                    "body": payload[start : start + CHUNK],
                    "more_body": start + CHUNK < len(payload),
                }
            )


async def _packed(payload: bytes) -> bytes:
    if len(payload) < IN_A_THREAD:
        return _gzip(payload)
    return await asyncio.to_thread(_gzip, payload)


def _gzip(payload: bytes) -> bytes:
    return zlib.compress(payload, LEVEL, wbits=16 + zlib.MAX_WBITS)
