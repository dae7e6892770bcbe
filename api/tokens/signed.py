"""The signed text of another: a JWT that is believed once a key of its sender's has signed it (RFC 7519, 8725)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Self

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from api.tokens.proof_key import BadKey, ProofKey, proof_key
from models.clients.public_key import ALGORITHMS

LONGEST = 8192
MOST_KEYS = 20
"""How many keys of a set are looked at."""

LATEST = 1 << 40
SKEW = 5
_HEADER = frozenset({"alg", "typ", "kid", "x5t", "x5t#S256"})
_EQUAL = {"EdDSA": "Ed25519"}


class Unsigned(Exception):  # noqa: N818 - it names the state
    """A text that proves nothing. It says nothing of what the text held."""


class UnknownKey(Unsigned):
    """The key that the text names is not among those of its sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A JWT as it came.

    Attributes:
        claimed: what it says; believed by nobody until `by` returns it.
    """

    algorithm: str
    key_id: str | None
    claimed: Mapping[str, Any] = field(repr=False)
    text: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, token: str, types: Collection[str]) -> Self:
        """The parts of a JWT whose `typ` is one of these, in small letters, or is missing.

        INVARIANT: the header chooses among `ALGORITHMS` and among the keys of the sender, and nothing more: `jwk`,
        `jku`, `x5u`, `x5c`, `crit` and `b64` are refused.

        Raises:
            Unsigned: it has another shape.
        """
        if len(token) > LONGEST or not token.isascii():
            raise Unsigned
        try:
            found = jws.extract_compact(token.encode())
            header: Any = found.headers()
            claims = orjson.loads(found.payload or b"")
            if not isinstance(header, dict) or not isinstance(claims, dict) or not _served(header, types):
                raise Unsigned
            return cls(
                algorithm=header["alg"],
                key_id=header.get("kid"),
                claimed=claims,
                text=b".".join((found.segments["header"], found.segments["payload"])),
                signature=urlsafe_b64decode(found.segments["signature"]),
            )
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Unsigned from None

    def by(self, keys: Sequence[object]) -> Mapping[str, Any]:
        """The claims, if one of these keys (JWKs) signed them.

        Raises:
            UnknownKey: it names a key that is not among them.
            Unsigned: none of them did.
        """
        if not self._named(keys):
            raise UnknownKey
        if not any(map(self.signed_by, self.fitting(keys))):
            raise Unsigned
        return self.claimed

    def fitting(self, keys: Sequence[object]) -> list[ProofKey]:
        """Those of these keys (JWKs) that may have signed it: all of the right kind, where it names none."""
        return [key for key in self._usable(self._named(keys)) if key.fits(self.algorithm)]

    def signed_by(self, key: ProofKey) -> bool:
        """Whether this key signed it."""
        return key.signed(self.algorithm, self.text, self.signature)

    def _named(self, keys: Sequence[object]) -> list[Mapping[str, Any]]:
        return [key for key in keys[:MOST_KEYS] if isinstance(key, dict) and self._names(key)]

    def _names(self, key: Mapping[str, Any]) -> bool:
        return self.key_id is None or key.get("kid") == self.key_id

    def _usable(self, keys: Sequence[Mapping[str, Any]]) -> Iterator[ProofKey]:
        """Those that are meant to verify signatures by this algorithm."""
        for key in keys:
            use, algorithm, does = key.get("use", "sig"), key.get("alg"), key.get("key_ops", ["verify"])
            meant = algorithm is None or _plain(algorithm) == _plain(self.algorithm)
            if use == "sig" and meant and isinstance(does, list) and "verify" in does:
                try:
                    yield proof_key(key)
                except BadKey:
                    continue


def _plain(algorithm: object) -> object:
    """The algorithm by its newer name (RFC 9864)."""
    return _EQUAL.get(algorithm, algorithm) if isinstance(algorithm, str) else algorithm


def _served(header: Mapping[str, Any], types: Collection[str]) -> bool:
    if not _HEADER.issuperset(header) or not all(isinstance(value, str) for value in header.values()):
        return False
    return header["alg"] in ALGORITHMS and ("typ" not in header or header["typ"].lower() in types)


def moment(value: object) -> float | None:
    """A time in seconds since the epoch, as RFC 7519 writes it; `None` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and 0 <= value < LATEST else None


def end_of(claims: Mapping[str, Any], now: float) -> float:
    """When the claims end: they have an end, which is not over, and they have begun.

    Raises:
        Unsigned: they have none, or one of their times is no time.
    """
    times = {name: moment(claims[name]) for name in ("exp", "nbf", "iat") if name in claims}
    end = times.pop("exp", None)
    begun = all(time is not None and time <= now + SKEW for time in times.values())
    if end is None or end <= now or not begun:
        raise Unsigned
    return end


def names(audience: object, ours: Collection[str]) -> bool:
    """Whether the claim `aud`, one text or a list of them, names one of ours."""
    meant = [audience] if isinstance(audience, str) else audience
    if not isinstance(meant, list) or not all(isinstance(each, str) for each in meant):
        return False
    return any(each in ours for each in meant)
