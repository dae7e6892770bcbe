"""The binding: a token serves only who shows its key (RFC 9449) or its certificate (RFC 8705)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import structlog
from starlette.requests import Request

from api.tokens.access_token import InvalidToken
from api.tokens.certificate import BadCertificate, certificate_thumbprint
from api.tokens.dpop import Expected, OtherKey, ProofRefused, Proofs
from api.tokens.fault import Fault, unavailable, unproved
from api.tokens.guarded import enough
from api.tokens.networks import calls_from
from api.tokens.reaching import reaching
from api.tokens.requester import Bound
from models.clients.client import Binding, Client
from models.inforce import PolicyUnavailable

log = structlog.get_logger("tokens")

KEY = "jkt"
CERTIFICATE = "x5t#S256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a request for the resource shows beside its token.

    Attributes:
        scheme: that of `Authorization`, in small letters.
        proofs: its headers `DPoP`.
        certificates: its headers with the certificate, as a proxy set them.
    """

    scheme: str
    method: str
    path: str
    token: str
    proofs: Sequence[str]
    certificates: Sequence[str]


class Bindings:
    """Binds the tokens of clients, and sees that whoever sends one shows what it is bound to.

    Args:
        proofs: verifies proofs.
        certificate_header: the header in which a proxy hands a certificate on; `None` where none does.
        guarded: whether a client must bind its tokens although its record says nothing of it.
    """

    def __init__(
        self,
        proofs: Proofs,
        *,
        certificate_header: str | None,
        guarded: Callable[[Client], Awaitable[bool]],
    ) -> None:
        self._proofs = proofs
        self.certificate_header = certificate_header
        self._guarded = guarded

    def check_network(self, request: Request, client: Client) -> None:
        """See that a client that proved itself calls from a network of its own.

        Raises:
            Fault: `invalid_client`, as for one that did not prove itself.
        """
        address = request.client.host if request.client else None
        if not calls_from(address, client.networks or ()):
            log.warning("tokens.other_network", client=client.id)
            raise unproved()

    async def bound_by(self, request: Request, client: Client, now: float) -> Bound | None:
        """What a token for a client that proved itself is to be bound to; `now` in seconds since the epoch.

        Raises:
            Fault: `invalid_request` without the certificate, `invalid_dpop_proof` without the proof that the client
                must show; `invalid_dpop_proof` or `use_dpop_nonce` for one that proves nothing; `temporarily_unavailable`
                where nobody can tell.
        """
        if client.binding == Binding.CERTIFICATE:
            return Bound(CERTIFICATE, self._certificate(request))
        proofs = request.headers.getlist("dpop")
        if proofs:
            expected = Expected(method=request.method, path=request.url.path)
            return Bound(KEY, await self._proof(proofs, expected, now))
        if await self._must_prove(client):
            raise Fault(
                ProofRefused.error,
                "the tokens of this client are bound to a key: send a proof in the header `DPoP` (RFC 9449)",
                headers={"DPoP-Nonce": self.nonce(now)},
            )
        return None

    async def still_enough(self, client: Client, bound: Bound | None) -> bool:
        """Whether a token is bound as its client's record wants it now, as the gateway would see it.

        Raises:
            PolicyUnavailable: the edition in force is not known.
        """
        way = bound.way if bound else None
        asked = way is None and client.binding == Binding.DEFAULT
        return enough(client.binding, way, guarded=asked and await self._guarded(client))

    def nonce(self, now: float) -> str:
        """The nonce for the next proof; `now` in seconds since the epoch."""
        return self._proofs.nonces.current(now)

    def told(self, headers: Mapping[str, str], now: float) -> dict[str, str]:
        """What every answer to a request with a proof says beside itself: the nonce for the next one."""
        return {"DPoP-Nonce": self.nonce(now)} if "dpop" in headers else {}

    async def check(self, bound: Bound, shown: Shown, now: float) -> None:
        """See that a request shows what its token is bound to.

        Raises:
            InvalidToken: it is sent under another scheme, or with another key or certificate.
            ProofRefused: the proof proves nothing.
            StoreUnavailable: nobody can tell whether the proof was shown before.
        """
        if bound.way == CERTIFICATE and shown.scheme == "bearer":
            if self._handed_on(shown.certificates) != bound.thumbprint:
                _other()
            return
        if bound.way != KEY or shown.scheme != "dpop":
            _other()
        expected = Expected(method=shown.method, path=shown.path, token=shown.token, key=bound.thumbprint)
        try:
            await self._proofs.verified(shown.proofs, expected, now)
        except OtherKey:
            _other()

    def _handed_on(self, sent: Sequence[str]) -> str | None:
        if self.certificate_header is None:
            return None
        try:
            return certificate_thumbprint(sent)
        except BadCertificate:
            return None

    def _certificate(self, request: Request) -> str:
        header = self.certificate_header
        try:
            found = certificate_thumbprint(request.headers.getlist(header)) if header else None
        except BadCertificate as bad:
            raise Fault("invalid_request", str(bad)) from None
        if found is None:
            raise Fault(
                "invalid_request",
                "the tokens of this client are bound to its certificate: connect with it (RFC 8705)",
            )
        return found

    async def _proof(self, proofs: Sequence[str], expected: Expected, now: float) -> str:
        try:
            async with reaching("the proof cannot be looked up now: try again"):
                return await self._proofs.verified(proofs, expected, now)
        except ProofRefused as refused:
            headers = {"DPoP-Nonce": self.nonce(now)}
            raise Fault(refused.error, str(refused), headers=headers) from None

    async def _must_prove(self, client: Client) -> bool:
        try:
            return client.binding == Binding.DPOP or (
                client.binding == Binding.DEFAULT and await self._guarded(client)
            )
        except PolicyUnavailable:
            log.exception("tokens.unavailable")
            raise unavailable("the edition in force is not known: try again") from None


def _other() -> NoReturn:
    raise InvalidToken("the access token is bound to something that was not shown with it") from None
