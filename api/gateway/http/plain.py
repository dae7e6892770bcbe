"""The plain answers: what HTTP says where no operation is carried out."""

from starlette.types import Send

from api.gateway.http.cors import Pairs


async def plain(send: Send, status: int, text: bytes, extra: Pairs) -> None:
    """One sentence, for whoever did not ask as HTTP wants it."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def nothing(send: Send, headers: Pairs) -> None:
    """Headers alone, as a preflight wants them."""
    await send({"type": "http.response.start", "status": 204, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})
