"""The keys that sign tokens: made once, kept sealed under a secret, published by their public halves."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from models.clients.token_state import KnownKey, SigningKey

ALGORITHM = "ES256"
CURVE = "P-256"
LEAD = 300.0
"""Seconds for which a new key is published before it signs: as long as clients may keep the set of keys."""

_SEAL = {"alg": "dir", "enc": "A256GCM"}
_USE = b"mokuteki: the seal of signing keys, version 1"


class KeysSealed(Exception):  # noqa: N818 - it names the state
    """The signing keys cannot be opened: they were sealed under another secret, or altered."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key of the ring, with its times in seconds since the epoch; it verifies until it is `retired`."""

    key: ECKey
    made: float
    retired: float | None = None

    def serves(self, now: float) -> bool:
        """Whether what it signed is still good."""
        return self.retired is None or now < self.retired


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in use, by thumbprint (RFC 7638) and oldest first.

    The newest signs as soon as every process has read it and clients had time to fetch it.
    """

    by_id: Mapping[str, RingKey]

    @classmethod
    def of(cls, keys: Iterable[RingKey]) -> Self:
        """The ring of one key or more, oldest first."""
        return cls(MappingProxyType({each.key.thumbprint(): each for each in keys}))

    def signing(self, now: float) -> tuple[str, ECKey]:
        """The key that signs now, with its id.

        Raises:
            KeysSealed: there is none.
        """
        serving = [(name, each) for name, each in self.by_id.items() if each.serves(now)]
        ready = [pair for pair in serving if pair[1].made + LEAD <= now]
        if not serving:
            raise KeysSealed("every signing key is retired: make one with `mokuteki signing rotate`")
        name, chosen = ready[-1] if ready else serving[0]
        return name, chosen.key

    def verifying(self, name: str, now: float) -> ECKey:
        """The key with this id.

        Raises:
            KeyError: there is none, or it is retired.
        """
        found = self.by_id[name]
        if not found.serves(now):
            raise KeyError(name)
        return found.key

    def jwks(self, now: float) -> dict[str, list[dict[str, Any]]]:
        """The public halves as a JWK set (RFC 7517), the newest first."""
        public = {"use": "sig", "alg": ALGORITHM}
        return {
            "keys": [
                {**each.key.as_dict(private=False), **public, "kid": name}
                for name, each in reversed(list(self.by_id.items()))
                if each.serves(now)
            ]
        }


def new_key() -> ECKey:
    """A fresh ES256 key."""
    return ECKey.generate_key(CURVE, private=True)


def _sealing_key(secret_key: str) -> OctKey:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_USE).derive(secret_key.encode())
    return OctKey.import_key(derived)


def seal(key: ECKey, secret_key: str) -> str:
    """The private key as a JWE (RFC 7516) under a key derived from the installation's secret."""
    plain = json.dumps(key.as_dict(private=True)).encode()
    return jwe.encrypt_compact(_SEAL, plain, _sealing_key(secret_key), algorithms=list(_SEAL.values()))


def unseal(sealed: str, secret_key: str) -> ECKey:
    """The private key that `seal` put away.

    Raises:
        KeysSealed: the secret is another one, or the text was altered.
    """
    try:
        opened = jwe.decrypt_compact(sealed, _sealing_key(secret_key), algorithms=list(_SEAL.values()))
        key = ECKey.import_key(json.loads(opened.plaintext or b""))
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeysSealed(
            "the signing keys were sealed under another secret: restore `MOKUTEKI_SECRET_KEY`, "
            "or retire the rows of `signing_keys` so that new ones are made"
        ) from None
    if key.curve_name != CURVE or not key.is_private:
        raise KeysSealed("a row of `signing_keys` holds no private key of curve P-256: retire it")
    return key


async def load_keys(secret_key: str, now: datetime) -> Keyring:
    """The keys in use, the first of them made if there is none.

    INVARIANT: rows are numbered, and a number is taken once, so that two processes that start at the same
    moment end with the same key.

    Raises:
        KeysSealed: they were sealed under another secret.
    """
    rows = await _known()
    if not any(row.serves(now.timestamp()) for row in rows):
        await make_key(secret_key, rows, now)
        rows = await _known()
    return keyring_of(rows, secret_key)


def keyring_of(rows: Iterable[KnownKey], secret_key: str) -> Keyring:
    """The ring of these rows.

    Raises:
        KeysSealed: they were sealed under another secret.
    """
    return Keyring.of(RingKey(unseal(row.sealed, secret_key), row.created_at, row.retired_at) for row in rows)


async def make_key(secret_key: str, rows: Iterable[KnownKey], now: datetime) -> None:
    """Put a fresh key beside those there are."""
    number = max((row.number for row in rows), default=0) + 1
    row = SigningKey(id=str(number), sealed=seal(new_key(), secret_key), created_at=now)
    await SigningKey.bulk_create([row], ignore_conflicts=True)


async def rotate(secret_key: str, now: datetime, lasting: timedelta) -> None:
    """Put a fresh key in the place of those that sign now; each of these verifies until its tokens are over.

    Args:
        secret_key: what keys are sealed under.
        now: the time.
        lasting: for how long a token is good.
    """
    rows = await _known()
    await make_key(secret_key, rows, now)
    end = now + timedelta(seconds=LEAD) + lasting
    await SigningKey.filter(id__in=[str(row.number) for row in rows], retired_at=None).update(retired_at=end)


async def retire(now: datetime, number: int) -> bool:
    """Let a key verify nothing from now on, as one that others have seen; whether there was such a key."""
    return bool(await SigningKey.filter(id=str(number)).update(retired_at=now))


async def _known() -> tuple[KnownKey, ...]:
    rows = [
        KnownKey(
            int(row.id),
            row.sealed,
            row.created_at.timestamp(),
            row.retired_at.timestamp() if row.retired_at else None,
        )
        for row in await SigningKey.all()
    ]
    return tuple(sorted(rows, key=lambda row: row.number))
