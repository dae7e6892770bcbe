"""The keys that sign tokens: made once, kept sealed under a secret, published by their public halves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from models.recipient import SigningKey

ALGORITHM = "ES256"
CURVE = "P-256"
_SEAL = {"alg": "dir", "enc": "A256GCM"}
_USE = b"mokuteki: the seal of signing keys, version 1"


class KeysSealed(Exception):  # noqa: N818 - it names the state
    """The signing keys cannot be opened: they were sealed under another secret, or altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The keys in use: the newest signs, all of them verify. `by_id` goes by thumbprint (RFC 7638)."""

    signing: ECKey
    by_id: Mapping[str, ECKey]

    @classmethod
    def of(cls, keys: Sequence[ECKey]) -> Self:
        """The ring of one key or more, oldest first."""
        return cls(signing=keys[-1], by_id=MappingProxyType({key.thumbprint(): key for key in keys}))

    @property
    def signing_id(self) -> str:
        """The id of the key that signs."""
        return self.signing.thumbprint()

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public halves as a JWK set (RFC 7517), the newest first."""
        public = {"use": "sig", "alg": ALGORITHM}
        return {
            "keys": [
                {**key.as_dict(private=False), **public, "kid": key_id}
                for key_id, key in reversed(list(self.by_id.items()))
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


async def load_keys(secret_key: str) -> Keyring:
    """The keys in use, the first of them made if there is none.

    INVARIANT: rows are numbered, and a number is taken once, so that two processes that start at the same
    moment end with the same key.

    Raises:
        KeysSealed: they were sealed under another secret.
    """
    rows = await SigningKey.all()
    if all(row.retired_at for row in rows):
        await _make_key(secret_key, max((int(row.id) for row in rows), default=0) + 1)
        rows = await SigningKey.all()
    in_use = sorted((row for row in rows if row.retired_at is None), key=lambda row: int(row.id))
    return Keyring.of([unseal(row.sealed, secret_key) for row in in_use])


async def _make_key(secret_key: str, number: int) -> None:
    row = SigningKey(id=str(number), sealed=seal(new_key(), secret_key), created_at=datetime.now(UTC))
    await SigningKey.bulk_create([row], ignore_conflicts=True)
