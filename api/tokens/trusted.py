"""The trusted issuers: who else may tell us which member of staff uses a client (OpenID Connect Core 1.0)."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from api.tokens.issuer_keys import IssuerKeys, Unreachable
from api.tokens.signed import Signed, UnknownKey, Unsigned, end_of, names

__all__ = ["Member", "Trusted", "TrustedIssuer", "Unreachable", "trusted_issuers"]

TYPES = frozenset({"jwt"})
ROLES = ("roles", "mokuteki_roles")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_OURS = "cli"
"""What stands before the name of whoever works at the console, in the records."""

_URL = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
_SUBJECT = re.compile(r"[!-~]{1,79}")


class TrustedIssuer(NamedTuple):
    """An issuer: the name that its people carry here, and its URL as it writes it itself."""

    name: str
    url: str


def trusted_issuers(text: str) -> tuple[TrustedIssuer, ...]:
    """The issuers of a list such as `corp=https://login.example`, with blanks between them.

    Raises:
        ValueError: an entry has another shape, is in the clear beyond this machine, or stands there twice.
    """
    found = tuple(map(_issuer, text.split()))
    if len({each.name for each in found}) < len(found) or len({each.url for each in found}) < len(found):
        raise ValueError("an issuer is named twice")
    return found


def _issuer(entry: str) -> TrustedIssuer:
    name, _, url = entry.partition("=")
    match = _URL.fullmatch(url)
    if _NAME.fullmatch(name) is None or match is None:
        raise ValueError("an entry is not `name=https://issuer`")
    if name.lower() == _OURS:
        raise ValueError("an issuer carries the name that stands for the console")
    if match[1] == "http" and match[2] not in _LOOPBACK:
        raise ValueError("an issuer is not safe")
    return TrustedIssuer(name, url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of staff.

    Attributes:
        name: the issuer's name and what it calls them, as the ledger has it.
        roles: those that the issuer gives them.
        until: the end of what it told, in seconds since the epoch.
    """

    name: str
    roles: frozenset[str]
    until: float


class Trusted:
    """Reads the ID tokens of the trusted issuers, and of no others."""

    def __init__(
        self, issuers: Sequence[TrustedIssuer] = (), keys: Callable[[str], IssuerKeys] = IssuerKeys
    ) -> None:
        self._issuers: Mapping[str, tuple[str, IssuerKeys]] = {
            each.url: (each.name, keys(each.url)) for each in issuers
        }

    async def member(self, token: str, ours: Collection[str], now: float) -> Member:
        """The member of staff whom an ID token tells of.

        Args:
            token: the ID token.
            ours: whom it may be meant for.
            now: seconds since the epoch.

        Raises:
            Unsigned: it proves nothing.
            Unreachable: the keys of its issuer cannot be had.
        """
        signed = Signed.parse(token, TYPES)
        issuer = signed.claimed.get("iss")
        if not isinstance(issuer, str) or issuer not in self._issuers:
            raise Unsigned
        name, keys = self._issuers[issuer]
        claims = await _believed(signed, keys)
        subject = claims.get("sub")
        until = end_of(claims, now)
        if not isinstance(subject, str) or _SUBJECT.fullmatch(subject) is None or "iat" not in claims:
            raise Unsigned
        if not _meant(claims, ours):
            raise Unsigned
        return Member(name=f"{name}:{subject}", roles=_roles(claims), until=until)


async def _believed(signed: Signed, keys: IssuerKeys) -> Mapping[str, Any]:
    try:
        return signed.by(await keys.known())
    except UnknownKey:
        return signed.by(await keys.renewed())


def _meant(claims: Mapping[str, Any], ours: Collection[str]) -> bool:
    """Whether it is for us; one for several says which of them asked for it (OpenID Connect Core 1.0, 3.1.3.7)."""
    audience, party = claims.get("aud"), claims.get("azp")
    several = isinstance(audience, list) and len(audience) > 1
    asked = isinstance(party, str) and party in ours
    return names(audience, ours) and (asked or ("azp" not in claims and not several))


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    listed = (claims.get(name) for name in ROLES)
    lists = ([each] if isinstance(each, str) else each for each in listed)
    return frozenset(
        role for each in lists if isinstance(each, list) for role in each if isinstance(role, str)
    )
