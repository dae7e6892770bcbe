"""The entrance: a token, and what it is bound to, become the one who asks (RFC 6750, RFC 9449, RFC 8705)."""

from collections.abc import Callable, Iterator
from typing import NoReturn

import structlog
from starlette.types import Scope

from api.gateway.failure import unavailable
from api.gateway.http.challenge import INVALID, SCHEMES, Challenged, Challenges, scheme_of
from api.gateway.http.cors import Pairs
from api.gateway.http.incoming import Headers
from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told
from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.binding import KEY, Bindings, Shown
from api.tokens.dpop import ProofRefused
from api.tokens.requester import Bound, Requester
from models.database.store import StoreUnavailable

log = structlog.get_logger("gateway")


class Entrance:
    """Lets those in who show a token and what it is bound to; `now` in seconds since the epoch."""

    def __init__(self, tokens: AccessTokens, bindings: Bindings, now: Callable[[], float]) -> None:
        self._tokens = tokens
        self._bindings = bindings
        self._now = now
        self.challenges = Challenges(tokens.issuer)

    async def admit(self, scope: Scope, headers: Headers) -> Requester:
        """Who asks; `headers` are those of the request by name.

        Raises:
            Refusal: `UNAUTHENTICATED`; `LEDGER_UNAVAILABLE` where nobody can tell whether a proof was shown before.
        """
        requester = self.read(headers)
        if requester.bound is not None:
            await self.prove(scope, headers, requester.bound)
        return requester

    def read(self, headers: Headers) -> Requester:
        """Who asks, if what the token is bound to is shown as well.

        Raises:
            Refusal: `UNAUTHENTICATED`.
        """
        scheme, token = scheme_of(headers), _token(headers)
        if scheme not in SCHEMES or not token:
            raise Refusal(Code.UNAUTHENTICATED, Told("UNAUTHENTICATED"))
        try:
            requester = self._tokens.read(token, self._now())
        except InvalidToken:
            raise Refusal(Code.UNAUTHENTICATED, Told("UNAUTHENTICATED")) from None
        by_key = requester.bound is not None and requester.bound.way == KEY
        if by_key != (scheme == b"dpop"):
            _unfit("the access token is for the other scheme")
        return requester

    async def prove(self, scope: Scope, headers: Headers, bound: Bound) -> None:
        """See that a request shows what its token is bound to.

        Raises:
            Refusal: as `admit` says.
        """
        certificate = self._bindings.certificate_header
        shown = Shown(
            scheme=scheme_of(headers).decode("latin-1"),
            method=scope["method"],
            path=scope["path"],
            token=_token(headers),
            proofs=[*_sent(scope, b"dpop")],
            certificates=[*_sent(scope, certificate.encode())] if certificate else [],
        )
        try:
            await self._bindings.check(bound, shown, self._now())
        except ProofRefused as refused:
            raise Challenged(Told("PROOF_REFUSED"), refused.error, str(refused)) from None
        except InvalidToken:
            _unfit("the access token is bound to another key or certificate than was shown")
        except StoreUnavailable:
            log.exception("proofs.unavailable")
            raise unavailable() from None

    def told(self, headers: Headers) -> Pairs:
        """What every answer to a request with a proof says beside itself: the nonce for the next one."""
        if b"dpop" not in headers:
            return ()
        return ((b"dpop-nonce", self._bindings.nonce(self._now()).encode()),)


def _token(headers: Headers) -> str:
    return headers.get(b"authorization", b"").partition(b" ")[2].decode("latin-1").strip()


def _sent(scope: Scope, header: bytes) -> Iterator[str]:
    return (value.decode("latin-1") for name, value in scope["headers"] if name == header)


def _unfit(description: str) -> NoReturn:
    raise Challenged(Told("TOKEN_BOUND"), INVALID, description) from None
