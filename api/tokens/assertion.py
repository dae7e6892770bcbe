"""The assertion: a client proves itself by what its own key has signed (RFC 7523, section 3)."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from joserfc.jwk import ECKey, OKPKey

from api.tokens.proof_key import ProofKey, proof_key
from api.tokens.signed import SKEW, Signed, Unsigned, end_of, names

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPES = frozenset({"jwt", "client-authentication+jwt"})
LONGEST_LIFE = 300
"""Seconds that an assertion may be good for from now on."""

LONGEST_ID = 256
ALIKE = 2
"""How many keys of one kind a client has while it changes them."""


class Assertion(NamedTuple):
    """An assertion that holds, if it was not shown before.

    Attributes:
        until: seconds since the epoch from which on it is refused for its age.
    """

    id: str
    until: float


def client_of(signed: Signed) -> str:
    """The client that an assertion is about, as it says itself.

    Raises:
        Unsigned: it names none.
    """
    name = signed.claimed.get("sub")
    if not isinstance(name, str):
        raise Unsigned
    return name


def checked(
    signed: Signed, client_id: str, keys: Sequence[object], audiences: Collection[str], now: float
) -> Assertion:
    """The assertion that one of these keys signed, for this client and for us.

    Args:
        signed: what was shown.
        client_id: the client that is to be proved.
        keys: its public keys as JWKs.
        audiences: what we are called in `aud`.
        now: seconds since the epoch.

    Raises:
        Unsigned: it proves nothing.
    """
    claims = _signed(signed, keys)
    until, shown = end_of(claims, now), claims.get("jti")
    about = claims.get("iss") == client_id and claims.get("sub") == client_id
    if not about or not names(claims.get("aud"), audiences) or until > now + LONGEST_LIFE + SKEW:
        raise Unsigned
    if not isinstance(shown, str) or not 0 < len(shown) <= LONGEST_ID:
        raise Unsigned
    return Assertion(shown, until)


def _signed(signed: Signed, keys: Sequence[object]) -> Mapping[str, Any]:
    """The claims, if one of these keys signed them; an assertion without `kid` is tried with each that fits.

    INVARIANT: what proves nothing is tried as often whoever it names: once where it has a `kid`, else `ALIKE` times, or
    once for each fitting key of a client that has more; so the time tells nobody which clients there are.

    Raises:
        Unsigned: none of them did.
    """
    fitting = signed.fitting(keys)
    if any(map(signed.signed_by, fitting)):
        return signed.claimed
    for _ in range(len(fitting), 1 if signed.key_id is not None else ALIKE):
        signed.signed_by(_DECOYS[signed.algorithm])
    raise Unsigned


def _nobodys_modulus() -> str:
    """An odd number of 2048 bits: nobody knows its factors, and it was made in no time."""
    number = secrets.randbits(2048) | 1 << 2047 | 1
    return urlsafe_b64encode(number.to_bytes(256, "big")).rstrip(b"=").decode()


def _decoys() -> dict[str, ProofKey]:
    rsa = proof_key({"kty": "RSA", "n": _nobodys_modulus(), "e": "AQAB"})
    ed25519 = proof_key(OKPKey.generate_key("Ed25519").as_dict(private=False))
    return {
        "ES256": proof_key(ECKey.generate_key("P-256").as_dict(private=False)),
        "ES384": proof_key(ECKey.generate_key("P-384").as_dict(private=False)),
        "PS256": rsa,
        "RS256": rsa,
        "Ed25519": ed25519,
        "EdDSA": ed25519,
    }


_DECOYS = _decoys()
"""Keys that nobody holds, by algorithm: what is tried for a client that has none."""
