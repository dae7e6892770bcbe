"""The form of a token request: a small, unambiguous body and the credentials of one client (RFC 6749)."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

LONGEST_FORM = 8192
MOST_SECONDS = 10
MOST_FIELDS = 20
FORM_TYPE = "application/x-www-form-urlencoded"


class Fault(Exception):  # noqa: N818 - it is the answer RFC 6749 names in section 5.2
    """A token request that is refused: its error code, and one sentence that repeats nothing of it."""

    def __init__(self, error: str, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.error = error
        self.sentence = sentence
        self.status = status


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client says it is, and the secret that shall prove it."""

    client_id: str
    secret: str = field(repr=False)


def unproved() -> Fault:
    """The one answer to every client that is unknown, inactive, or has not proved itself."""
    return Fault("invalid_client", "the client is not known, or its secret is wrong", status=401)


async def read_form(request: Request) -> dict[str, str]:
    """The parameters of the body, each of them once; those without a value count as left out.

    Raises:
        Fault: the body is too long, of another type, or says a thing twice.
    """
    media_types = request.headers.getlist("content-type")
    if [each.split(";")[0].strip().lower() for each in media_types] != [FORM_TYPE]:
        raise Fault("invalid_request", f"the body is not `{FORM_TYPE}`")
    return _fields(await _body(request))


async def _body(request: Request) -> bytes:
    read = bytearray()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for chunk in request.stream():
                read += chunk
                if len(read) > LONGEST_FORM:
                    raise Fault("invalid_request", "the body is too long", status=413)
    except TimeoutError:
        raise Fault("invalid_request", "the body did not come in time", status=408) from None
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


def credentials(request: Request, form: Mapping[str, str]) -> Credentials:
    """The client's credentials, by `client_secret_basic` or `client_secret_post`, never both (RFC 6749, 2.3).

    Raises:
        Fault: there are none, or several, or they cannot be read.
    """
    headers = request.headers.getlist("authorization")
    if not headers:
        return _posted(form)
    if len(headers) > 1 or "client_secret" in form:
        raise Fault("invalid_request", "the client proves itself in more than one way")
    shown = _basic(headers[0])
    if form.get("client_id", shown.client_id) != shown.client_id:
        raise Fault("invalid_request", "the client of the body is not the client of the header")
    return shown


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
    for part in (client_id, secret):
        if not (part and part.isascii() and part.isprintable()):
            raise unproved()
    return Credentials(client_id, secret)
