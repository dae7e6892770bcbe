"""The assertion: a client proves itself by what its own key has signed (RFC 7523, section 3)."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from joserfc.jwk import ECKey, OKPKey

from api.tokens.signed import SKEW, Signed, Unsigned, end_of, names

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPES = frozenset({"jwt", "client-authentication+jwt"})
LONGEST_LIFE = 300
"""Seconds that an assertion may be good for from now on."""

LONGEST_ID = 256


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
    claims = signed.by(keys)
    until, shown = end_of(claims, now), claims.get("jti")
    about = claims.get("iss") == client_id and claims.get("sub") == client_id
    if not about or not names(claims.get("aud"), audiences) or until > now + LONGEST_LIFE + SKEW:
        raise Unsigned
    if not isinstance(shown, str) or not 0 < len(shown) <= LONGEST_ID:
        raise Unsigned
    return Assertion(shown, until)


def decoys(signed: Signed) -> list[Mapping[str, Any]]:
    """The keys of a client that does not exist: to try them takes as long as to try those of one that does."""
    key = _DECOYS[signed.algorithm]
    return [key if signed.key_id is None else {**key, "kid": signed.key_id}]


def _nobodys_modulus() -> str:
    """An odd number of 2048 bits: nobody knows its factors, and it was made in no time."""
    number = secrets.randbits(2048) | 1 << 2047 | 1
    return urlsafe_b64encode(number.to_bytes(256, "big")).rstrip(b"=").decode()


def _decoys() -> dict[str, Mapping[str, Any]]:
    rsa = {"kty": "RSA", "n": _nobodys_modulus(), "e": "AQAB"}
    ed25519 = OKPKey.generate_key("Ed25519").as_dict(private=False)
    return {
        "ES256": ECKey.generate_key("P-256").as_dict(private=False),
        "ES384": ECKey.generate_key("P-384").as_dict(private=False),
        "PS256": rsa,
        "RS256": rsa,
        "Ed25519": ed25519,
        "EdDSA": ed25519,
    }


_DECOYS = _decoys()
