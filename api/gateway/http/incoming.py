"""The incoming request: one GraphQL request out of what came over HTTP, or why it is none."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from api.gateway.http.body import json_of
from api.gateway.http.media import JSON, LONGEST
from api.gateway.refusal import Code, Refusal
from api.gateway.request import Request
from api.gateway.told import Told

LONGEST_KEY = 200
MOST_PARAMETERS = 50
ASKED = ("query", "operationName", "variables", "extensions")
UTF_8 = (b"utf-8", b"utf8")
IDENTITY = b"identity"
HASH = re.compile(r"[0-9a-f]{64}")
SINGLE = (
    b"authorization",
    b"purpose",
    b"recipient",
    b"content-type",
    b"content-encoding",
    b"idempotency-key",
)
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
            raise _bad(Told("HEADER_TWICE", name=name.decode().title()))


def check_media(headers: Headers) -> None:
    """See that a body is JSON as it stands, in UTF-8.

    Raises:
        Refusal: `BAD_INPUT`, 415.
    """
    media, _, parameters = headers.get(b"content-type", b"").lower().partition(b";")
    if media.strip() != JSON:
        raise _bad(Told("MEDIA_NOT_JSON"), 415)
    for each in parameters.split(b";") if parameters else ():
        name, _, value = each.partition(b"=")
        if name.strip() == b"charset" and value.strip().strip(b'"') not in UTF_8:
            raise _bad(Told("BODY_NOT_UTF"), 415)
    if headers.get(b"content-encoding", IDENTITY).strip().lower() != IDENTITY:
        raise _bad(Told("BODY_ENCODED"), 415)


def request_of(asked: object, headers: Headers, request_id: str, *, by_get: bool) -> Request:
    """The GraphQL request, as GraphQL over HTTP shapes it, out of the parameters of a GET or the JSON of a POST.

    Raises:
        Refusal: `BAD_INPUT`.
    """
    if isinstance(asked, list):
        raise _bad(Told("BATCH"))
    if not isinstance(asked, dict):
        raise _bad(Told("BODY_NOT_AN_OBJECT"))
    query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    sha256 = _hash(asked.get("extensions"))
    if query is None and sha256 is not None:
        query = ""
    elif not isinstance(query, str) or not query:
        raise _bad(Told("QUERY_MISSING"))
    if variables is not None and not isinstance(variables, dict):
        raise _bad(Told("NOT_AN_OBJECT", name="variables"))
    if name is not None and not isinstance(name, str):
        raise _bad(Told("NOT_A_TEXT", name="operationName"))
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
        raise _bad(Told("NOT_AN_OBJECT", name="extensions"))
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise _bad(Told("PERSISTED_VERSION"))
    found = persisted.get("sha256Hash")
    if not isinstance(found, str) or HASH.fullmatch(found.lower()) is None:
        raise _bad(Told("HASH_MALFORMED"))
    return found.lower()


def _key(headers: Headers) -> str | None:
    """The `Idempotency-Key`, which draft-ietf-httpapi-idempotency-key-header writes as a quoted string."""
    if b"idempotency-key" not in headers:
        return None
    key = (_text(headers, b"idempotency-key") or "").strip('"')
    if not 0 < len(key) <= LONGEST_KEY:
        raise _bad(Told("KEY_LENGTH", most=LONGEST_KEY))
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


def _bad(told: Told, status: int = 400) -> Refusal:
    return Refusal(Code.BAD_INPUT, told, status=status)


def parameters(query_string: bytes) -> dict[str, Any]:
    """The parameters of a GET.

    Raises:
        Refusal: `BAD_INPUT` for too many, or one that came twice.
    """
    try:
        pairs = parse_qsl(query_string.decode("latin-1"), max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise _bad(Told("PARAMETERS", most=MOST_PARAMETERS)) from None
    asked: dict[str, Any] = dict(pairs)
    names = [name for name, _ in pairs]
    for name in ASKED:
        if names.count(name) > 1:
            raise _bad(Told("PARAMETER_TWICE", name=name))
    for name in ("variables", "extensions"):
        if name in asked:
            asked[name] = json_of(asked[name].encode())
            if not isinstance(asked[name], dict):
                raise _bad(Told("NOT_A_JSON_OBJECT", name=name))
    return asked


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1").strip() or None if value else None
