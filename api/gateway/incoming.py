"""The incoming request: one GraphQL request out of what came over HTTP, or why it is none."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from api.gateway.deadline import Deadlines
from api.gateway.limits import Limits
from api.gateway.media import JSON, LONGEST
from api.gateway.refusal import Code, Refusal, exceeded
from api.gateway.request import Request

LONGEST_KEY = 200
HASH = re.compile(r"[0-9a-f]{64}")
SINGLE = (b"authorization", b"purpose", b"recipient", b"content-type", b"idempotency-key")
"""The headers that decide: of two, nobody could say which was meant."""

Headers = Mapping[bytes, bytes]


def check_headers(sent: Sequence[tuple[bytes, bytes]], headers: Headers) -> None:
    """See that nothing which decides was sent twice; `headers` are those sent, by name.

    Raises:
        Refusal: `BAD_INPUT`, naming the header.
    """
    if len(headers) == len(sent):
        return
    names = [name for name, _ in sent]
    for name in SINGLE:
        if names.count(name) > 1:
            raise _bad(f"the header `{name.decode().title()}` came more than once: send it once")


async def read_request(
    scope: Scope, receive: Receive, headers: Headers, request_id: str, bodies: "Bodies"
) -> Request:
    """The GraphQL request, as GraphQL over HTTP shapes it; of a GET its parameters, of a POST its body.

    Raises:
        Refusal: `BAD_INPUT`, or `LIMIT_EXCEEDED` for a body too large or too slow, with the status of HTTP.
    """
    by_get = scope["method"] == "GET"
    asked = _parameters(scope["query_string"]) if by_get else await bodies.posted(receive, headers)
    if isinstance(asked, list):
        raise _bad("send one operation: batches are not served")
    if not isinstance(asked, dict):
        raise _bad("the body is not a JSON object")
    query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    sha256 = _hash(asked.get("extensions"))
    if query is None and sha256 is not None:
        query = ""
    elif not isinstance(query, str) or not query:
        raise _bad("`query` is missing or not a text")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("`variables` is not an object")
    if name is not None and not isinstance(name, str):
        raise _bad("`operationName` is not a text")
    return Request(
        id=request_id,
        query=query,
        variables=variables or {},
        operation_name=name or None,
        purpose=_text(headers, b"purpose"),
        recipient=_text(headers, b"recipient"),
        queries_only=by_get,
        hash=sha256,
        key=_key(headers),
        language=language_of(headers),
    )


def _hash(extensions: Any) -> str | None:  # noqa: ANN401 - any JSON
    """The hash that a persisted query is named by."""
    if extensions is None:
        return None
    if not isinstance(extensions, dict):
        raise _bad("`extensions` is not an object")
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise _bad("`persistedQuery` is not one of version 1")
    found = persisted.get("sha256Hash")
    if not isinstance(found, str) or HASH.fullmatch(found.lower()) is None:
        raise _bad("`sha256Hash` is not a SHA-256 in hexadecimal")
    return found.lower()


def _key(headers: Headers) -> str | None:
    """The `Idempotency-Key`, which draft-ietf-httpapi-idempotency-key-header writes as a quoted string."""
    if b"idempotency-key" not in headers:
        return None
    key = (_text(headers, b"idempotency-key") or "").strip('"')
    if not 0 < len(key) <= LONGEST_KEY:
        raise _bad(f"`Idempotency-Key` is empty or longer than {LONGEST_KEY} characters")
    return key


def language_of(headers: Headers) -> str:
    """Japanese where it is preferred to English (RFC 9110 12.5.4); English otherwise."""
    return _language(headers.get(b"accept-language", b"")[:LONGEST])


@lru_cache(maxsize=256)
def _language(accepted: bytes) -> str:
    weights = {"ja": 0.0, "en": 0.0}
    for part in accepted.decode("latin-1").lower().split(","):
        tag, *more = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in more if each.startswith("q=")), "1")
        name = tag.partition("-")[0]
        if name in weights and weight.isascii() and weight.replace(".", "", 1).isdecimal():
            weights[name] = max(weights[name], float(weight))
    return "ja" if weights["ja"] > weights["en"] else "en"


def _bad(sentence: str, status: int = 400) -> Refusal:
    return Refusal(Code.BAD_INPUT, sentence, status=status)


def _parameters(query_string: bytes) -> dict[str, Any]:
    asked: dict[str, Any] = dict(parse_qsl(query_string.decode("latin-1")))
    for name in ("variables", "extensions"):
        if name in asked:
            asked[name] = _json(asked[name].encode())
            if not isinstance(asked[name], dict):
                raise _bad(f"`{name}` is not a JSON object")
    return asked


class Bodies:
    """Reads the bodies of requests, which may be so large, and must have come in so many seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deadlines = Deadlines(limits.body_seconds)

    async def posted(self, receive: Receive, headers: Headers) -> Any:  # noqa: ANN401 - any JSON
        """The JSON of a body, None for what is none.

        Raises:
            Refusal: it has another type, is too large or too slow, or breaks off.
        """
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != JSON:
            raise _bad("send `Content-Type: application/json`", 415)
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > self._limits.body_bytes:
            raise self._too_large()
        try:
            with self._deadlines.begin():
                return _json(await self._body(receive))
        except TimeoutError as error:
            raise exceeded("body_seconds", None, self._limits.body_seconds, status=408) from error

    def _too_large(self) -> Refusal:
        return exceeded("body_bytes", None, self._limits.body_bytes, status=413)

    async def _body(self, receive: Receive) -> bytes:
        """The whole body.

        Raises:
            Refusal: it is too large, or breaks off, so that what came of it may not be what was meant.
        """
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _bad("the body breaks off")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._limits.body_bytes:
                raise self._too_large()
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON, or None for what is none
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1").strip() or None if value else None
