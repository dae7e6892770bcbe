"""The authorization server over HTTP: tokens, what becomes of them, keys and metadata (RFC 6749, 7009, 7662, 7517)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_hex
from typing import TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.fair.window import QuotaUnavailable
from api.tokens.authority import Authority
from api.tokens.exchange import GRANT as EXCHANGE
from api.tokens.exchange import Exchange
from api.tokens.fault import Fault, too_many, unavailable
from api.tokens.flood import ADDRESS, CLIENT
from api.tokens.form import credentials, read_form
from api.tokens.grant import Asking, Grant, Granting, client_credentials
from api.tokens.introspection import introspected
from api.tokens.keys import KeysSealed
from api.tokens.metadata import (
    GRAPHQL,
    INTROSPECTION_PATH,
    KEYS_PATH,
    METADATA_PATH,
    RESOURCE_PATH,
    REVOCATION_PATH,
    TOKEN_PATH,
    resource_metadata,
    server_metadata,
)
from api.tokens.networks import one_sender
from api.tokens.proving import Proving
from api.tokens.revocation import Revocation
from models.clients.client import Client
from models.inforce import PolicyUnavailable

log = structlog.get_logger("tokens")

CLIENT_CREDENTIALS = "client_credentials"
PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PUBLIC = {"Cache-Control": "public, max-age=300"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="mokuteki", charset="UTF-8"'}
ACTIONS: Mapping[str, str] = {
    "issue": "tokens.issued",
    "exchange": "tokens.exchanged",
    "revoke": "tokens.revoked",
    "introspect": "tokens.introspected",
}
"""What is done here, each with the event of the log that tells of it."""


@dataclass(slots=True)
class Turn:
    """One request as it is answered.

    Attributes:
        client: the one that proved itself.
        outcome: what became of it, where an answer does not tell.
    """

    request: Request
    now: float
    action: str
    id: str = field(default_factory=lambda: token_hex(8))
    form: Mapping[str, str] = field(default_factory=dict)
    client: Client | None = None
    outcome: str | None = None


Work: TypeAlias = Callable[[Turn, Client], Awaitable[Response]]


class AuthorizationServer:
    """The answers of the authorization server."""

    def __init__(self, authority: Authority) -> None:
        tokens = authority.tokens
        granting = Granting(tokens, authority.edition)
        self._authority = authority
        self._proving = Proving({tokens.issuer, tokens.issuer + TOKEN_PATH}, authority.replays)
        self._revocation = Revocation(tokens, authority.store)
        self._grants: Mapping[str, Grant] = {
            CLIENT_CREDENTIALS: client_credentials(granting),
            EXCHANGE: Exchange(granting, authority.subjects, authority.trusted).grant,
        }

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`: a token, or the error of RFC 6749 section 5.2."""
        return await self._answer(self._turn(request, "issue"), self._granted)

    async def revoke(self, request: Request) -> Response:
        """`POST /oauth/revoke`: 200, whatever became of the token (RFC 7009)."""
        return await self._answer(self._turn(request, "revoke"), self._revoked)

    async def introspect(self, request: Request) -> Response:
        """`POST /oauth/introspect`: what a token of the client's own says (RFC 7662)."""
        return await self._answer(self._turn(request, "introspect"), self._introspected)

    async def keys(self, _: Request) -> Response:
        """`GET /.well-known/jwks.json`: the public halves of the keys in use."""
        authority = self._authority
        return JSONResponse(authority.tokens.keyring.jwks(authority.now()), headers=PUBLIC)

    async def metadata(self, _: Request) -> Response:
        """`GET /.well-known/oauth-authorization-server`: what this server can do (RFC 8414)."""
        authority = self._authority
        issuer, edition = authority.tokens.issuer, authority.edition()
        told = server_metadata(issuer, edition, self._grants, authority.offered)
        return JSONResponse(told, headers=PUBLIC)

    async def resource(self, request: Request) -> Response:
        """`GET /.well-known/oauth-protected-resource`: what the gateway wants of a token (RFC 9728).

        `/graphql` behind it tells the same of that address, as section 3.3 wants it of a client that was sent there.
        """
        authority = self._authority
        path = request.url.path.removeprefix(RESOURCE_PATH)
        told = resource_metadata(authority.tokens.issuer, path, authority.edition(), authority.offered)
        return JSONResponse(told, headers=PUBLIC)

    def _turn(self, request: Request, action: str) -> Turn:
        return Turn(request, self._authority.now(), action)

    async def _answer(self, turn: Turn, work: Work) -> Response:
        """What the work answers a client that proved itself, or its fault; told to the log and counted."""
        fault: Fault | None = None
        try:
            response = await work(turn, await self._proved(turn))
        except Fault as raised:
            fault = raised
        except (PolicyUnavailable, KeysSealed, QuotaUnavailable):
            log.exception("tokens.unavailable", request_id=turn.id)
            fault = unavailable("no token can be made or read now: try again")
        if fault is not None:
            response = _refusal(fault)
        told = self._authority.bindings.told(turn.request.headers, turn.now)
        response.headers.update({**PRIVATE, "X-Request-Id": turn.id, **told})
        self._tell(turn, fault)
        return response

    async def _proved(self, turn: Turn) -> Client:
        """The client of a request, from its own network, unless its address or the client itself brings too many.

        INVARIANT: only who proved to be a client counts against it, so nobody else can use its share up.
        """
        await self._let_in(ADDRESS, _address(turn.request))
        turn.form = await read_form(turn.request)
        shown = credentials(turn.request, turn.form)
        turn.client = await self._proving.prove(shown, turn.now)
        self._authority.bindings.check_network(turn.request, turn.client)
        await self._let_in(CLIENT, turn.client.id)
        return turn.client

    async def _let_in(self, kind: str, sender: str) -> None:
        seconds = await self._authority.flood.take(kind, sender)
        if seconds:
            raise too_many(seconds)

    async def _granted(self, turn: Turn, client: Client) -> Response:
        kind = turn.form.get("grant_type")
        if kind is None:
            raise Fault("invalid_request", "the `grant_type` is missing")
        grant = self._grants.get(kind)
        if grant is None:
            raise Fault("unsupported_grant_type", f"the `grant_type` is none of: {', '.join(self._grants)}")
        turn.action = "exchange" if kind == EXCHANGE else "issue"
        self._check_target(turn.form)
        bound = await self._authority.bindings.bound_by(turn.request, client, turn.now)
        return JSONResponse(await grant(Asking(client, turn.form, bound, turn.now, turn.id)))

    def _check_target(self, form: Mapping[str, str]) -> None:
        """Our tokens are for ourselves (RFC 8707, RFC 8693 section 2.1).

        Raises:
            Fault: `invalid_target`, for any other resource or audience.
        """
        ours = self._authority.tokens.audience
        for name in ("resource", "audience"):
            if form.get(name, ours).removesuffix("/") not in (ours, ours + GRAPHQL):
                raise Fault(
                    "invalid_target", f"the `{name}` is not this gateway: send {ours}, or leave it out"
                )

    async def _revoked(self, turn: Turn, client: Client) -> Response:
        done = await self._revocation.take_back(_token(turn.form), client, turn.now)
        turn.outcome = "TAKEN_BACK" if done else "NOTHING"
        return Response()

    async def _introspected(self, turn: Turn, client: Client) -> Response:
        authority, token = self._authority, _token(turn.form)
        return JSONResponse(await introspected(authority.tokens, authority.bindings, token, client, turn.now))

    def _tell(self, turn: Turn, fault: Fault | None) -> None:
        known = {"client": turn.client.id, "role": turn.client.role} if turn.client else {}
        known |= {"action": turn.action, "request_id": turn.id}
        known |= {"outcome": turn.outcome} if turn.outcome else {}
        if fault is None:
            log.info(ACTIONS[turn.action], **known)
        elif fault.status != HTTPStatus.TOO_MANY_REQUESTS:  # a flood is counted, and floods no log
            log.warning("tokens.refused", code=fault.error.upper(), status=fault.status, **known)
        self._authority.count(turn.action, None if fault is None else fault.error)


def _refusal(fault: Fault) -> Response:
    """The error as RFC 6749 section 5.2 shapes it."""
    content = {"error": fault.error, "error_description": fault.sentence}
    challenge = CHALLENGE if fault.status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(content, status_code=fault.status, headers={**challenge, **fault.headers})


def _token(form: Mapping[str, str]) -> str:
    if "token" not in form:
        raise Fault("invalid_request", "the `token` is missing")
    return form["token"]


def _address(request: Request) -> str:
    return one_sender(request.client.host) if request.client else "unknown"


def routes(authority: Authority) -> list[Route]:
    """The routes of the authorization server."""
    server = AuthorizationServer(authority)
    return [
        Route(TOKEN_PATH, server.token, methods=["POST"]),
        Route(REVOCATION_PATH, server.revoke, methods=["POST"]),
        Route(INTROSPECTION_PATH, server.introspect, methods=["POST"]),
        Route(KEYS_PATH, server.keys, methods=["GET"]),
        Route(METADATA_PATH, server.metadata, methods=["GET"]),
        Route(RESOURCE_PATH, server.resource, methods=["GET"]),
        Route(RESOURCE_PATH + GRAPHQL, server.resource, methods=["GET"]),
    ]
