"""The key of a proof: the public key that its header brings along, and how it signs (RFC 9449, 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int

from models.client_keys import LEAST_RSA, MOST_RSA

ALGORITHMS = ("ES256", "ES384", "PS256", "RS256", "Ed25519", "EdDSA")
"""How a proof may be signed; `EdDSA` is the older name for Ed25519 (RFC 9864)."""

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
LONGEST_EXPONENT = 6

_REGISTRY = JWSRegistry(algorithms=ALGORITHMS)
_SIGNING = {name: _REGISTRY.get_alg("Ed25519" if name == "EdDSA" else name) for name in ALGORITHMS}
_MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"EC": ("crv", "x", "y"), "RSA": ("n", "e"), "OKP": ("crv", "x")}
)
_KEYS: Mapping[str, type[ECKey | RSAKey | OKPKey]] = MappingProxyType(
    {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
)


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
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise BadKey(f"the `kty` of the key is none of: {', '.join(_MEMBERS)}")
    members = tuple(jwk.get(name) for name in _MEMBERS[kind])
    if not all(isinstance(each, str) for each in members):
        raise BadKey("the `jwk` of the header is no key")
    try:
        return _imported(kind, members)
    except (JoseError, ValueError, KeyError, TypeError):
        raise BadKey("the `jwk` of the header is no key") from None


@lru_cache(maxsize=4096)
def _imported(kind: str, members: tuple[Any, ...]) -> ProofKey:
    if kind == "RSA":
        _check_size(*members)
    read = _KEYS[kind].import_key({"kty": kind, **dict(zip(_MEMBERS[kind], members, strict=True))})
    key = _KEYS[kind].import_key(read.as_pem(private=False))
    return ProofKey(key, key.thumbprint())


def _check_size(modulus: str, exponent: str) -> None:
    """A small key is weak, and a large one keeps us busy."""
    bits = base64_to_int(modulus).bit_length() if len(modulus) <= MOST_RSA // 4 else MOST_RSA + 1
    if not LEAST_RSA <= bits <= MOST_RSA or len(exponent) > LONGEST_EXPONENT:
        raise BadKey(f"an RSA key has {LEAST_RSA} to {MOST_RSA} bits")
