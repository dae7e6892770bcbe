"""DPoP: a proof that whoever sends a request holds the key that its token is bound to (RFC 9449)."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NoReturn, TypeGuard, cast

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from api.tokens.nonce import Nonces
from api.tokens.proof_key import BadKey, ProofKey, proof_key
from api.tokens.replay import Replays
from api.tokens.target import normal
from models.clients.public_key import ALGORITHMS

TYPE = "dpop+jwt"
LONGEST_PROOF = 4096
LONGEST_ID = 256
LATEST = 1 << 40
AGE = 300.0
"""Seconds by which the `iat` of a proof may differ from our time; its nonce tells its age more closely."""


class _Registry(jws.JWSRegistry):
    """The header of a proof holds a whole key."""

    max_header_length = LONGEST_PROOF


_REGISTRY = _Registry(algorithms=ALGORITHMS)


class ProofRefused(Exception):  # noqa: N818 - it is the answer that RFC 9449 names in section 5
    """A proof that proves nothing: the error code, and one sentence that repeats nothing of it."""

    error = "invalid_dpop_proof"


class NonceWanted(ProofRefused):
    """A proof that is to be made again with the nonce that comes with this answer."""

    error = "use_dpop_nonce"


class OtherKey(Exception):  # noqa: N818 - it names the state
    """A good proof, by another key than the token that comes with it is bound to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a proof must be for.

    Attributes:
        method: that of HTTP.
        path: that of the request, below the issuer.
        token: the access token that comes with it; None at the token endpoint.
        key: the thumbprint of the key that this token is bound to; None at the token endpoint.
    """

    method: str
    path: str
    token: str | None = None
    key: str | None = None


def _refuse(sentence: str) -> NoReturn:
    raise ProofRefused(sentence) from None


class Proofs:
    """Verifies proofs made for one issuer, each of them once."""

    def __init__(self, issuer: str, nonces: Nonces, replays: Replays) -> None:
        self._issuer = issuer
        self.nonces = nonces
        self._replays = replays

    async def verified(self, sent: Sequence[str], expected: Expected, now: float) -> str:
        """The thumbprint of the key that the one proof among these headers `DPoP` was made with.

        Args:
            sent: the headers of that name.
            expected: what the proof must be for.
            now: seconds since the epoch.

        Raises:
            NonceWanted: it has no nonce of ours, or an old one.
            ProofRefused: any of the checks of RFC 9449 section 4.3 fails, or it was shown before.
            OtherKey: it is good, by another key than expected; such a one is not remembered.
            StoreUnavailable: nobody can tell whether it was shown before.
        """
        if len(sent) != 1:
            _refuse("send one `DPoP` header" if sent else "a proof is missing: send it in the header `DPoP`")
        key, claims = _opened(sent[0])
        self._check(claims, expected, now)
        nonce = claims.get("nonce")
        until = self.nonces.until(nonce, now) if isinstance(nonce, str) and nonce.isascii() else None
        if until is None:
            raise NonceWanted("make the proof with the `nonce` of the header `DPoP-Nonce`")
        if expected.key is not None and key.thumbprint != expected.key:
            raise OtherKey
        if not await self._replays.first(f"dpop {key.thumbprint} {claims['jti']}", until):
            _refuse("the proof was shown before: make one for each request")
        return key.thumbprint

    def _check(self, claims: dict[str, Any], expected: Expected, now: float) -> None:
        """What the proof is for, and when it was made."""
        jti, method, target, made = (claims.get(name) for name in ("jti", "htm", "htu", "iat"))
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_ID:
            _refuse(f"`jti` is not a text of 1 to {LONGEST_ID} characters")
        if method != expected.method:
            _refuse("`htm` is not the method of the request")
        if not isinstance(target, str) or normal(target) != normal(self._issuer + expected.path):
            _refuse("`htu` is not the address of the request, as the metadata names it")
        if not _moment(made) or abs(now - made) > AGE:
            _refuse("`iat` is not about now: look at the clock")
        if expected.token is not None and not _hash_fits(claims.get("ath"), expected.token):
            _refuse("`ath` is not the hash of the access token")


def _moment(value: object) -> TypeGuard[float]:
    return type(value) in (int, float) and 0 <= cast("float", value) < LATEST


def _hash_fits(shown: object, token: str) -> bool:
    wanted = urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=")
    return isinstance(shown, str) and compare_digest(shown.encode(), wanted)


def _opened(proof: str) -> tuple[ProofKey, dict[str, Any]]:
    """The key and the claims of a proof that this key signed.

    INVARIANT: the header chooses among `ALGORITHMS` only, each of which a public key verifies.

    Raises:
        ProofRefused: there is no such proof.
    """
    if len(proof) > LONGEST_PROOF or not proof.isascii():
        _refuse("the proof is too long, or no JWT")
    try:
        signed = jws.extract_compact(proof.encode(), registry=_REGISTRY)
        header = signed.headers()
        algorithm = _algorithm(header)
        key = proof_key(header.get("jwk"))
        text = b".".join((signed.segments["header"], signed.segments["payload"]))
        if not key.signed(algorithm, text, urlsafe_b64decode(signed.segments["signature"])):
            _refuse("the proof is not signed by the key of its header")
        claims = orjson.loads(signed.payload or b"")
    except BadKey as bad:
        _refuse(str(bad))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        _refuse("the proof is no JWT")
    return (key, claims) if isinstance(claims, dict) else _refuse("the proof has no claims")


def _algorithm(header: Any) -> str:  # noqa: ANN401 - any JSON
    """The algorithm of a header that says what a proof's must.

    Raises:
        ProofRefused: it says something else.
    """
    if not isinstance(header, dict) or header.get("typ") != TYPE:
        _refuse(f"the `typ` of the proof is not `{TYPE}`")
    if not {"crit", "b64"}.isdisjoint(header):
        _refuse("the header of the proof asks for what is not served: `crit` or `b64`")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        _refuse(f"the `alg` of the proof is none of: {', '.join(ALGORITHMS)}")
    return algorithm
