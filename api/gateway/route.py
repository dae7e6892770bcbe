"""`/graphql` over HTTP: the media types and statuses of the GraphQL-over-HTTP specification, and nothing in between."""

import time
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from api.gateway.gateway import Gateway
from api.gateway.incoming import JSON, Headers, check_headers, read_request
from api.gateway.refusal import ALWAYS, Code, Refusal
from api.gateway.request import Answer
from api.metrics import Metrics
from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.requester import Requester

RESPONSE = b"application/graphql-response+json"
CHALLENGE = b'Bearer realm="mokuteki"'
EXPIRED = b'Bearer realm="mokuteki", error="invalid_token"'


class GraphQLRoute:
    """An ASGI application for one path.

    Without an access token nothing is parsed; a browser that asks for a page gets the explorer.
    """

    def __init__(
        self,
        gateway: Gateway,
        tokens: AccessTokens,
        metrics: Metrics,
        *,
        page: ASGIApp | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._gateway = gateway
        self._tokens = tokens
        self._metrics = metrics
        self._page = page
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: Headers = dict(scope["headers"])
        method = scope["method"]
        if method == "GET" and self._page is not None and _wants_page(scope, headers):
            await self._page(scope, receive, send)
            return
        if method not in ("GET", "POST"):
            await _plain(send, 405, b"use POST, or GET for queries", (b"allow", b"GET, POST"))
            return
        media = _media(headers)
        if media is None:
            await _plain(send, 406, b"accept application/json or application/graphql-response+json")
            return
        began = time.perf_counter()
        request_id = token_hex(8)
        try:
            check_headers(scope["headers"], headers)
            requester = self._admit(headers)
            request = await read_request(scope, receive, headers, request_id)
        except Refusal as refusal:
            if refusal.code is Code.UNAUTHENTICATED:
                self._metrics.unauthenticated()
            refused = Answer.refused(refusal, request_id)
            await _send(
                send, refused.status, refused.body, media, request_id, *_extra(refused.status, headers)
            )
            return
        answer = await self._gateway.answer(requester, request)
        status = answer.status if media == RESPONSE or answer.status in ALWAYS else 200
        await _send(send, status, answer.body, media, request_id, *_extra(status, headers))
        if answer.code == Code.UNAUTHENTICATED:
            self._metrics.unauthenticated()
            return
        self._measure(requester, answer, time.perf_counter() - began)

    def _admit(self, headers: Headers) -> Requester:
        """Who asks.

        Raises:
            Refusal: `UNAUTHENTICATED`.
        """
        kind, _, token = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() == b"bearer" and token:
            with suppress(InvalidToken):
                return self._tokens.read(token.decode("latin-1").strip(), self._now())
        raise Refusal(
            Code.UNAUTHENTICATED,
            "no valid access token: get one from `/oauth/token` and send it as `Authorization: Bearer`",
        )

    def _measure(self, requester: Requester, answer: Answer, seconds: float) -> None:
        self._metrics.operation(
            role=requester.role,
            purpose=answer.purpose,
            outcome=answer.outcome.value,
            code=answer.code,
            seconds=seconds,
        )
        if answer.users and answer.purpose and answer.recipient_kind:
            self._metrics.released(
                purpose=answer.purpose, recipient_kind=answer.recipient_kind, users=answer.users
            )


def _extra(status: int, headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    """What HTTP wants beside this status."""
    if status == 401:  # noqa: PLR2004 - HTTP's own
        return ((b"www-authenticate", EXPIRED if b"authorization" in headers else CHALLENGE),)
    return ((b"allow", b"POST"),) if status == 405 else ()  # noqa: PLR2004 - HTTP's own


def _wants_page(scope: Scope, headers: Headers) -> bool:
    return b"text/html" in headers.get(b"accept", b"") and b"query=" not in scope["query_string"]


def _media(headers: Headers) -> bytes | None:
    accept = headers.get(b"accept")
    if accept is None or b"*/*" in accept or b"application/*" in accept:
        return RESPONSE if accept and RESPONSE in accept else JSON
    if RESPONSE in accept:
        return RESPONSE
    return JSON if JSON in accept else None


async def _send(
    send: Send, status: int, body: dict[str, Any], media: bytes, request_id: str, *extra: tuple[bytes, bytes]
) -> None:
    payload = orjson.dumps(body)
    headers = [
        (b"content-type", media + b"; charset=utf-8"),
        (b"content-length", str(len(payload)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


async def _plain(send: Send, status: int, text: bytes, *extra: tuple[bytes, bytes]) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def as_asgi(page: Callable[[HttpRequest], Any]) -> ASGIApp:
    """A page that takes a request, as an ASGI application."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        response = await page(HttpRequest(scope, receive))
        await response(scope, receive, send)

    return application
