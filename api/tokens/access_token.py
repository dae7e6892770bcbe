"""Access tokens: JWTs as RFC 9068 shapes them, signed with ES256, and read without trusting them first."""

import hashlib
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from joserfc import jws, jwt
from joserfc.errors import JoseError

from api.tokens.claims import USER_RECIPIENTS, USER_ROLE, requester_of
from api.tokens.keys import ALGORITHM, Keyring
from api.tokens.requester import Bound, Requester
from api.tokens.scope import Scope, ScopeRefused

TYPE = "at+jwt"
LONGEST_TOKEN = 8192
MOST_REMEMBERED = 10_000
CLOCK_SKEW = 5
_HEADER = {"alg", "typ", "kid"}


class InvalidToken(Exception):  # noqa: N818 - it names the state
    """A token that is not one of ours, or not any more. It says nothing of what the token held."""


class Registered(Protocol):
    """A client as its record describes it."""

    id: str
    role: str
    recipients: list[str]
    term: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who will carry a token, and what it may be used for.

    Attributes:
        client: the client, which proved itself.
        user: the user it speaks for; the token's role is then `user` and its only recipient the person.
        staff: the member of staff who uses the client.
        words: the words of the scope; none for not narrowed.
        details: authorization details (RFC 9396) that narrow beside them.
        bound: what must be shown with the token.
        token_id: its `jti`, for one that is on record before it is made.
    """

    client: Registered
    user: str | None = None
    staff: str | None = None
    words: tuple[str, ...] = ()
    details: Scope | None = None
    bound: Bound | None = None
    token_id: str | None = None


def _refuse() -> NoReturn:
    raise InvalidToken("the access token is not valid") from None


class AccessTokens:
    """Makes and reads the access tokens of one issuer, for one audience; a token lives for `seconds`.

    A verified token is remembered by its digest until it expires, so that reading it again costs one look-up.
    """

    def __init__(self, keyring: Keyring, issuer: str, audience: str, seconds: int) -> None:
        self.keyring = keyring
        self.issuer = issuer
        self.audience = audience
        self.seconds = seconds
        self._verified: OrderedDict[bytes, Requester] = OrderedDict()

    def mint(self, holder: Holder, *, now: float, until: float | None = None) -> str:
        """A token; whether its holder may have it is for the caller to say.

        Args:
            holder: who will carry it.
            now: seconds since the epoch.
            until: the end of the token that it is made from, which it does not outlive.

        Raises:
            ScopeRefused: the scope is too long for a token.
            ValueError: the client or the user cannot stand in a token, as `read` would refuse it.
        """
        claims = self._claims(holder, int(now), until)
        if requester_of(claims) is None:
            raise ValueError(
                "the client or the user cannot stand in a token: correct its id, role or recipients"
            )
        key_id, key = self.keyring.signing(now)
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": key_id}
        token = jwt.encode(header, claims, key, algorithms=[ALGORITHM])
        if len(token) > LONGEST_TOKEN:
            raise ScopeRefused("the scope is too long for a token")
        return token

    def use(self, keyring: Keyring) -> None:
        """Sign and verify with these keys from now on."""
        self.keyring = keyring
        self._verified.clear()

    def read(self, token: str, now: float) -> Requester:
        """The requester that a token proves; `now` in seconds since the epoch.

        Raises:
            InvalidToken: it proves nothing, or nothing any more.
        """
        if len(token) > LONGEST_TOKEN or not token.isascii():
            _refuse()
        digest = hashlib.sha256(token.encode()).digest()
        requester = self._verified.get(digest)
        if requester is None:
            requester = self._verify(token, now)
            self._remember(digest, requester)
        else:
            self._verified.move_to_end(digest)
        if requester.expires_at <= now:
            del self._verified[digest]
            _refuse()
        return requester

    def _claims(self, holder: Holder, now: int, until: float | None) -> dict[str, Any]:
        client = holder.client
        about_user = {"sub": holder.user, "role": USER_ROLE, "recipients": [*USER_RECIPIENTS]}
        about_client = {
            "sub": holder.staff or client.id,
            "role": client.role,
            "recipients": [*client.recipients],
        }
        acts = holder.user is not None or holder.staff is not None
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "iat": now,
            "nbf": now,
            "exp": min(now + self.seconds, int(until or now + self.seconds)),
            "jti": holder.token_id or secrets.token_urlsafe(16),
            "client_id": client.id,
            **(about_client if holder.user is None else about_user),
            **({"act": {"sub": client.id}} if acts else {}),
            **({"scope": " ".join(holder.words)} if holder.words else {}),
            **({"authorization_details": holder.details.details} if holder.details else {}),
            **({"term": client.term} if client.term else {}),
            **({"cnf": {holder.bound.way: holder.bound.thumbprint}} if holder.bound else {}),
        }

    def _remember(self, digest: bytes, requester: Requester) -> None:
        self._verified[digest] = requester
        if len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)

    def _verify(self, token: str, now: float) -> Requester:
        """The requester of a token that is signed, ours, and valid now."""
        try:
            claims = self._signed(token, now)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            _refuse()
        requester = requester_of(claims)
        if requester is None or not self._ours(claims) or not self._begun(claims, now):
            _refuse()
        return requester

    def _signed(self, token: str, now: float) -> dict[str, Any]:
        """The claims, if one of our keys signed them.

        INVARIANT: the header chooses nothing but which of our own keys is tried, and each of them is an ES256
        key; a header with anything more (`jwk`, `jku`, `crit`, `b64` …) is refused.
        """
        signed = jws.extract_compact(token.encode())
        header = signed.headers()
        if set(header) != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            _refuse()
        if not jws.validate_compact(
            signed, self.keyring.verifying(header["kid"], now), algorithms=[ALGORITHM]
        ):
            _refuse()
        claims = json.loads(signed.payload or b"")
        return claims if isinstance(claims, dict) else _refuse()

    def _ours(self, claims: dict[str, Any]) -> bool:
        return bool(claims["iss"] == self.issuer and claims["aud"] == self.audience)

    def _begun(self, claims: dict[str, Any], now: float) -> bool:
        return bool(max(claims["iat"], claims["nbf"]) <= now + CLOCK_SKEW and now < claims["exp"])
