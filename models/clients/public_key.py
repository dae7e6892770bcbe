"""The public key: which kinds we verify signatures by, how each of them signs, and what its numbers must be."""

from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import base64_to_int

LEAST_RSA, MOST_RSA = 2048, 4096
"""Bits of an RSA key: fewer can be broken, more only cost time."""

LONGEST_EXPONENT = 6
"""Characters of an RSA exponent, which are 4 bytes: verifying takes as long as it is."""

LEAST_EXPONENT = 3

SIGNING: Final[Mapping[tuple[str, str | None], tuple[str, ...]]] = MappingProxyType(
    {
        ("EC", "P-256"): ("ES256",),
        ("EC", "P-384"): ("ES384",),
        ("RSA", None): ("PS256", "RS256"),
        ("OKP", "Ed25519"): ("Ed25519", "EdDSA"),
    }
)
"""The ways in which a key of this `kty` and `crv` signs; `EdDSA` is the older name for Ed25519 (RFC 9864)."""

ALGORITHMS = tuple(chain.from_iterable(SIGNING.values()))
"""Every way in which we let something be signed."""

MEMBERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"EC": ("crv", "x", "y"), "RSA": ("n", "e"), "OKP": ("crv", "x")}
)
"""What describes the public key of each `kty`, and nothing else of it counts."""

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KINDS: Final[Mapping[str, type[ECKey | RSAKey | OKPKey]]] = MappingProxyType(
    {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
)


class NoKey(Exception):  # noqa: N818 - it names the fault
    """The members describe no key."""


class OtherSize(NoKey):
    """An RSA key of fewer or more bits than we take."""


class OtherNumbers(NoKey):
    """An RSA key whose modulus is even, or whose exponent is even, 1 or long: nothing is ever signed by it."""


def public_key(kind: str, members: Sequence[str]) -> Key:
    """The key of a `kty` that these `MEMBERS` describe.

    Raises:
        NoKey: they describe none; `OtherSize` and `OtherNumbers` tell of RSA what is wrong.
    """
    try:
        if kind == "RSA":
            _check(*members)
        read = _KINDS[kind].import_key({"kty": kind, **dict(zip(MEMBERS[kind], members, strict=True))})
        return _KINDS[kind].import_key(read.as_pem(private=False))
    except (JoseError, ValueError, KeyError, TypeError):
        raise NoKey from None


def _check(modulus: str, exponent: str) -> None:
    """See that an RSA key is neither weak nor slow; asked before anything is made of it."""
    number = base64_to_int(modulus) if len(modulus) <= MOST_RSA // 4 else 0
    if not LEAST_RSA <= number.bit_length() <= MOST_RSA:
        raise OtherSize
    power = base64_to_int(exponent) if len(exponent) <= LONGEST_EXPONENT else 0
    if not number & power & 1 or power < LEAST_EXPONENT:
        raise OtherNumbers
