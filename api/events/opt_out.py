"""The opt-out: what a browser keeps of the companies it opted out of, signed, and good for as long as it is kept.

It names companies and nobody: two browsers that opted out of the same ones hold tokens alike but for their time.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from api.events.intake import OptedOut

ALGORITHM = "HS256"
TYPE = "opt-out+jwt"
LONGEST = 4_096
MOST_TOKENS = 8
"""How many tokens one request may show; what they say is added up."""

_USE = b"mokuteki: opt-outs of browsers, version 1"


class OptOutUnreadable(Exception):  # noqa: N818 - it names the state
    """A token that was not made here, or was altered; what its browser opted out of is not known."""


class OptOuts:
    """Makes and reads the tokens, under a key of the installation's secret that outlives every signing key."""

    def __init__(self, secret_key: str, issuer: str) -> None:
        self._secret = secret_key
        self._issuer = issuer

    def token(self, opted_out: OptedOut, now: datetime) -> str:
        """The token for these; it does not expire."""
        claims = {
            "iss": self._issuer,
            "iat": int(now.timestamp()),
            "all": opted_out.all,
            "companies": sorted(opted_out.companies),
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE}, claims, self._key, algorithms=[ALGORITHM])

    def read(self, tokens: Iterable[str]) -> OptedOut:
        """All that these tokens say together.

        Raises:
            OptOutUnreadable: one of them cannot be read.
        """
        shown = list(dict.fromkeys(tokens))
        if len(shown) > MOST_TOKENS:
            raise OptOutUnreadable
        read = [self._read(each) for each in shown]
        return OptedOut(any(each.all for each in read), frozenset().union(*(each.companies for each in read)))

    def _read(self, token: str) -> OptedOut:
        if not 0 < len(token) <= LONGEST or not token.isascii():
            raise OptOutUnreadable
        try:
            found = jwt.decode(token, self._key, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError):
            raise OptOutUnreadable from None
        claims: dict[str, Any] = found.claims
        match claims:
            case {"iss": self._issuer, "all": bool() as everything, "companies": list() as named}:
                pass
            case _:
                raise OptOutUnreadable
        if found.header.get("typ") != TYPE or not all(isinstance(each, str) for each in named):
            raise OptOutUnreadable
        return OptedOut(everything, frozenset(named))

    @cached_property
    def _key(self) -> OctKey:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_USE).derive(self._secret.encode())
        return OctKey.import_key(derived)
