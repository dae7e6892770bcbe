"""The form of a token request: a small, unambiguous body and the credentials of one client (RFC 6749)."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import ClientDisconnect, Request

from api.tokens.assertion import KIND, TYPES, client_of
from api.tokens.fault import Fault, unproved
from api.tokens.signed import Signed, Unsigned

LONGEST_FORM = 24_576
"""Bytes of a body: a token to exchange, an assertion and authorization details fit in."""

LONGEST_CLIENT = 60
MOST_FIELDS = 20
BODY_SECONDS = 10.0
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client says it is, and the secret that shall prove it."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a client says it is, and the assertion that shall prove it."""

    client_id: str
    signed: Signed = field(repr=False)


async def read_form(request: Request) -> dict[str, str]:
    """The parameters of the body, each of them once; those without a value count as left out.

    Raises:
        Fault: the body is too long, too slow, of another type, or says a thing twice.
    """
    media_types = request.headers.getlist("content-type")
    if [each.split(";")[0].strip().lower() for each in media_types] != [FORM_TYPE]:
        raise Fault("invalid_request", f"the body is not `{FORM_TYPE}`")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return _fields(await _body(request))
    except TimeoutError:
        raise Fault("invalid_request", "the body did not come in time", status=408) from None
    except ClientDisconnect:
        raise Fault("invalid_request", "the body breaks off") from None


async def _body(request: Request) -> bytes:
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LONGEST_FORM:
            raise Fault("invalid_request", "the body is too long", status=413)
    return bytes(read)


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Fault("invalid_request", "the body is not a form we can read") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Fault("invalid_request", "a parameter is given twice")
    return {name: value for name, value in fields.items() if value}


def credentials(request: Request, form: Mapping[str, str]) -> Credentials | Asserted:
    """What proves the client: `client_secret_basic`, `client_secret_post` or `private_key_jwt`, and one of them only.

    Raises:
        Fault: there is none, or several (RFC 6749, 2.3), or it cannot be read.
    """
    headers = request.headers.getlist("authorization")
    asserts = "client_assertion" in form or "client_assertion_type" in form
    if len(headers) + asserts + ("client_secret" in form) > 1:
        raise Fault("invalid_request", "the client proves itself in more than one way")
    if not headers:
        return _asserted(form) if asserts else _posted(form)
    shown = _basic(headers[0])
    if form.get("client_id", shown.client_id) != shown.client_id:
        raise Fault("invalid_request", "the client of the body is not the client of the header")
    return shown


def _asserted(form: Mapping[str, str]) -> Asserted:
    """The client of an assertion; a `client_id` beside it names the same one (RFC 7521, 4.2)."""
    if form.get("client_assertion_type") != KIND:
        raise Fault("invalid_request", f"the `client_assertion_type` is not `{KIND}`")
    try:
        signed = Signed.parse(form.get("client_assertion", ""), TYPES)
        name = client_of(signed)
    except Unsigned:
        raise unproved() from None
    if not _visible(name, LONGEST_CLIENT) or form.get("client_id", name) != name:
        raise unproved()
    return Asserted(name, signed)


def _posted(form: Mapping[str, str]) -> Credentials:
    return _shown(form.get("client_id", ""), form.get("client_secret", ""))


def _basic(header: str) -> Credentials:
    """The credentials of a Basic header; both parts are form-encoded inside it."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise unproved()
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
        client_id, _, secret = plain.partition(":")
        return _shown(unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict"))
    except (binascii.Error, ValueError):
        raise unproved() from None


def _shown(client_id: str, secret: str) -> Credentials:
    """Both parts are of visible letters (RFC 6749, appendix A), so that any database can look for them."""
    if not (_visible(client_id, LONGEST_CLIENT) and _visible(secret, LONGEST_FORM)):
        raise unproved()
    return Credentials(client_id, secret)


def _visible(part: str, longest: int) -> bool:
    return 0 < len(part) <= longest and part.isascii() and part.isprintable()
