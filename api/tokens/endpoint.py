"""The token endpoint: a client proves itself and receives an access token (RFC 6749, 7517, 8414)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.tokens.access_token import AccessTokens
from api.tokens.form import Credentials, Fault, credentials, read_form, unproved
from api.tokens.scope import Scope, ScopeRefused
from models.recipient import Client
from models.secret import hash_secret, matches
from models.unreachable import UNREACHABLE

log = structlog.get_logger("tokens")

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
KEYS_PATH = "/.well-known/jwks.json"
METADATA_PATH = "/.well-known/oauth-authorization-server"
PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PUBLIC = {"Cache-Control": "public, max-age=300"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="mokuteki", charset="UTF-8"'}
PATIENCE = 5.0
"""Seconds after which a client that cannot be looked up is told so."""

_NOBODY = hash_secret("")
"""What the secret of an unknown client is compared with, so that it takes as long as that of a known one."""

Grant = Callable[["TokenEndpoint", Client, Mapping[str, str]], Awaitable[dict[str, Any]]]


async def prove(shown: Credentials) -> Client:
    """The active client that the credentials prove.

    Raises:
        Fault: `invalid_client`, and always the same one; `temporarily_unavailable` without a database.
    """
    client = await _found(shown.client_id)
    proved = matches(shown.secret, client.secret_hash if client else _NOBODY)
    if client is None or not proved or not client.active:
        raise unproved()
    return client


async def _found(client_id: str) -> Client | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await Client.get_or_none(id=client_id)
    except UNREACHABLE:
        log.exception("tokens.unavailable")
        sentence = "the clients cannot be looked up now: try again"
        raise Fault("temporarily_unavailable", sentence, status=503) from None


async def _client_credentials(
    endpoint: "TokenEndpoint", client: Client, form: Mapping[str, str]
) -> dict[str, Any]:
    """A token for the client itself (RFC 6749, 4.4)."""
    asked = form["scope"].split(" ") if "scope" in form else []
    if not endpoint.known_scopes().issuperset(asked):
        raise Fault("invalid_scope", "the scope asks for a purpose or category that does not exist")
    try:
        granted = Scope.of(asked).within(Scope.of(client.scopes))
        token = endpoint.tokens.mint(client, scope=asked, now=endpoint.now())
    except ScopeRefused as refused:
        raise Fault("invalid_scope", str(refused)) from None
    except ValueError:
        raise Fault("unauthorized_client", "the client may not ask for itself") from None
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": endpoint.tokens.seconds}
    return {**answer, "scope": " ".join(granted.words)} if granted.words else answer


GRANTS: Mapping[str, Grant] = {"client_credentials": _client_credentials}


class TokenEndpoint:
    """The answers of the authorization server, with what they need to know."""

    def __init__(
        self, tokens: AccessTokens, known_scopes: Callable[[], frozenset[str]], now: Callable[[], float]
    ) -> None:
        self.tokens = tokens
        self.known_scopes = known_scopes
        self.now = now

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`: a token, or the error of RFC 6749 section 5.2."""
        try:
            return JSONResponse(await self._granted(request), headers=PRIVATE)
        except Fault as fault:
            headers = {**PRIVATE, **CHALLENGE} if fault.status == 401 else PRIVATE  # noqa: PLR2004 - HTTP's own
            content = {"error": fault.error, "error_description": fault.sentence}
            return JSONResponse(content, status_code=fault.status, headers=headers)

    async def _granted(self, request: Request) -> dict[str, Any]:
        form = await read_form(request)
        client = await prove(credentials(request, form))
        if "grant_type" not in form:
            raise Fault("invalid_request", "the `grant_type` is missing")
        grant = GRANTS.get(form["grant_type"])
        if grant is None:
            raise Fault("unsupported_grant_type", f"the `grant_type` is none of: {', '.join(GRANTS)}")
        return await grant(self, client, form)

    async def keys(self, _: Request) -> Response:
        """`GET /.well-known/jwks.json`: the public halves of the keys in use."""
        return JSONResponse(self.tokens.keyring.jwks(), headers=PUBLIC)

    async def metadata(self, _: Request) -> Response:
        """`GET /.well-known/oauth-authorization-server`: what this server can do (RFC 8414)."""
        issuer = self.tokens.issuer
        known = {
            "issuer": issuer,
            "token_endpoint": issuer + TOKEN_PATH,
            "jwks_uri": issuer + KEYS_PATH,
            "scopes_supported": sorted(self.known_scopes()),
            "response_types_supported": [],
            "grant_types_supported": sorted(GRANTS),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
        return JSONResponse(known, headers=PUBLIC)


def routes(
    tokens: AccessTokens, known_scopes: Callable[[], frozenset[str]], now: Callable[[], float] = time.time
) -> list[Route]:
    """The routes of the authorization server.

    Args:
        tokens: makes the tokens.
        known_scopes: every `purpose:…` and `category:…` of the edition in force.
        now: seconds since the epoch.
    """
    endpoint = TokenEndpoint(tokens, known_scopes, now)
    return [
        Route(TOKEN_PATH, endpoint.token, methods=["POST"]),
        Route(KEYS_PATH, endpoint.keys, methods=["GET"]),
        Route(METADATA_PATH, endpoint.metadata, methods=["GET"]),
    ]
