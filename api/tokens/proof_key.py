"""The key of a proof: the public key that its header brings along, and how it signs (RFC 9449, 4.2)."""

from dataclasses import dataclass
from functools import lru_cache

from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from models.clients.public_key import (
    ALGORITHMS,
    LEAST_RSA,
    MEMBERS,
    MOST_RSA,
    PRIVATE,
    NoKey,
    OtherNumbers,
    OtherSize,
    public_key,
)

_REGISTRY = JWSRegistry(algorithms=ALGORITHMS)
_SIGNING = {name: _REGISTRY.get_alg("Ed25519" if name == "EdDSA" else name) for name in ALGORITHMS}


class BadKey(Exception):  # noqa: N818 - it names the fault
    """A key that no proof may be signed with, told in one sentence."""


@dataclass(frozen=True, slots=True)
class ProofKey:
    """A public key, with its thumbprint (RFC 7638)."""

    key: Key
    thumbprint: str

    def fits(self, algorithm: str) -> bool:
        """Whether it is of the kind that this one of `ALGORITHMS` signs with."""
        try:
            _SIGNING[algorithm].check_key(self.key)
        except (JoseError, ValueError):
            return False
        return True

    def signed(self, algorithm: str, text: bytes, signature: bytes) -> bool:
        """Whether it signed this text by one of `ALGORITHMS`."""
        signing = _SIGNING[algorithm]
        try:
            signing.check_key(self.key)
            return signing.verify(text, signature, self.key)
        except (JoseError, ValueError):
            return False


def proof_key(jwk: object) -> ProofKey:
    """The key that a JWK describes; what it says beside the key itself counts for nothing.

    Raises:
        BadKey: it is none, a private or a symmetric one, or one of another size than we take.
    """
    if not isinstance(jwk, dict):
        raise BadKey("the `jwk` of the header is no key")
    if not PRIVATE.isdisjoint(jwk):
        raise BadKey("the `jwk` of the header is not a public key alone: keep the private one to yourself")
    kind = jwk.get("kty")
    if not isinstance(kind, str) or kind not in MEMBERS:
        raise BadKey(f"the `kty` of the key is none of: {', '.join(MEMBERS)}")
    members = tuple(jwk.get(name) for name in MEMBERS[kind])
    if not all(isinstance(each, str) for each in members):
        raise BadKey("the `jwk` of the header is no key")
    try:
        return _imported(kind, members)
    except OtherSize:
        raise BadKey(f"an RSA key has {LEAST_RSA} to {MOST_RSA} bits") from None
    except OtherNumbers:
        raise BadKey("an RSA key has an odd modulus, and an odd exponent of at most 4 bytes") from None
    except NoKey:
        raise BadKey("the `jwk` of the header is no key") from None


@lru_cache(maxsize=4096)
def _imported(kind: str, members: tuple[str, ...]) -> ProofKey:
    key = public_key(kind, members)
    return ProofKey(key, key.thumbprint())
