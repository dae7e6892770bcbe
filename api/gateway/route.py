"""`/graphql` over HTTP: the media types and statuses of the GraphQL-over-HTTP specification, and nothing in between."""

import time
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from api.gateway.gateway import Gateway
from api.gateway.refusal import ALWAYS, Code, Refusal
from api.gateway.request import Answer, Request
from api.metrics import Metrics
from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.requester import Requester

LARGEST_BODY = 1_000_000
JSON = b"application/json"
RESPONSE = b"application/graphql-response+json"
CHALLENGE = b'Bearer realm="mokuteki"'
EXPIRED = b'Bearer realm="mokuteki", error="invalid_token"'

Headers = Mapping[bytes, bytes]


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
        request_id = token_hex(8)
        requester = self._admit(headers)
        if requester is None:
            self._metrics.unauthenticated()
            challenge = EXPIRED if b"authorization" in headers else CHALLENGE
            body = _unauthenticated().error(request_id)
            await _send(send, 401, {"errors": [body]}, media, request_id, (b"www-authenticate", challenge))
            return
        began = time.perf_counter()
        answer = await self._answer(scope, receive, headers, requester, request_id)
        if isinstance(answer, tuple):
            await _plain(send, *answer)
            return
        status = answer.status if media == RESPONSE or answer.status in ALWAYS else 200
        extra = ((b"www-authenticate", EXPIRED),) if status == 401 else ()  # noqa: PLR2004 - HTTP's own
        await _send(send, status, answer.body, media, request_id, *extra)
        if answer.code == Code.UNAUTHENTICATED:
            self._metrics.unauthenticated()
            return
        self._measure(requester, answer, time.perf_counter() - began)

    def _admit(self, headers: Headers) -> Requester | None:
        kind, _, token = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() != b"bearer" or not token:
            return None
        try:
            return self._tokens.read(token.decode("latin-1").strip(), self._now())
        except InvalidToken:
            return None

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Headers, requester: Requester, request_id: str
    ) -> Answer | tuple[int, bytes]:
        if scope["method"] == "GET":
            asked: Any = dict(parse_qsl(scope["query_string"].decode("latin-1")))
            for name in ("variables", "extensions"):
                if name in asked:
                    asked[name] = _json(asked[name].encode())
                    if not isinstance(asked[name], dict):
                        return 400, f"`{name}` is not a JSON object".encode()
        else:
            if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != JSON:
                return 415, b"send application/json"
            body = await _body(receive)
            if body is None:
                return 413, b"the body is larger than 1 MB, or breaks off"
            asked = _json(body)
        request = _request(asked, headers, request_id, by_get=scope["method"] == "GET")
        if isinstance(request, bytes):
            return 400, request
        return await self._gateway.answer(requester, request)

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


def _unauthenticated() -> Refusal:
    return Refusal(
        Code.UNAUTHENTICATED,
        "no valid access token: get one from `/oauth/token` and send it as `Authorization: Bearer`",
    )


def _wants_page(scope: Scope, headers: Headers) -> bool:
    return b"text/html" in headers.get(b"accept", b"") and b"query=" not in scope["query_string"]


def _media(headers: Headers) -> bytes | None:
    accept = headers.get(b"accept")
    if accept is None or b"*/*" in accept or b"application/*" in accept:
        return RESPONSE if accept and RESPONSE in accept else JSON
    if RESPONSE in accept:
        return RESPONSE
    return JSON if JSON in accept else None


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON, or None for what is none
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _request(asked: Any, headers: Headers, request_id: str, *, by_get: bool) -> Request | bytes:  # noqa: ANN401 - any JSON
    """The request, or what is wrong with it."""
    if isinstance(asked, list):
        return b"send one operation: batches are not served"
    if not isinstance(asked, dict):
        return b"the body is not a JSON object"
    query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    if not isinstance(query, str) or not query:
        return b"`query` is missing or not a text"
    if variables is not None and not isinstance(variables, dict):
        return b"`variables` is not an object"
    if name is not None and not isinstance(name, str):
        return b"`operationName` is not a text"
    return Request(
        id=request_id,
        query=query,
        variables=variables or {},
        operation_name=name or None,
        purpose=_text(headers, b"purpose"),
        recipient=_text(headers, b"recipient"),
        queries_only=by_get,
    )


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1").strip() or None if value else None


async def _body(receive: Receive) -> bytes | None:
    """The body, or None when it is too large or breaks off."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    first: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return first if len(first) <= LARGEST_BODY else None
    parts, size = [first], len(first)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


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
