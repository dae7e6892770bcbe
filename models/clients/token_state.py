"""What is kept of tokens: the keys that sign them, those taken back, and proofs that were seen once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import Model, fields

from models.database.store import Store
from models.day import moment

_KEYS = "SELECT id, sealed, created_at, retired_at FROM signing_keys"
_REVOKED = "SELECT token_id FROM revoked_tokens WHERE expires_at > :now"
_TAKE_BACK = """
INSERT INTO revoked_tokens (token_id, client_id, expires_at, revoked_at) VALUES (:token, :client, :until, :now)
ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM revoked_tokens WHERE expires_at < :before"


class SigningKey(Model):
    """A key that signs tokens, encrypted under the secret of the installation.

    `retired_at` may lie ahead: until then it verifies the tokens that it signed.
    """

    id = fields.CharField(max_length=60, primary_key=True)
    sealed = fields.TextField()
    created_at = fields.DatetimeField()
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "signing_keys"


class RevokedToken(Model):
    """A token taken back before its time (RFC 7009), of no use any more once it has expired."""

    token_id = fields.CharField(max_length=64, primary_key=True)
    client_id = fields.CharField(max_length=60)
    expires_at = fields.DatetimeField(db_index=True)
    revoked_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "revoked_tokens"


class SeenProof(Model):
    """The digest of a proof that serves once: of DPoP (RFC 9449, 11.1) or of a client's assertion (RFC 7523)."""

    digest = fields.CharField(max_length=43, primary_key=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        """Where it is kept."""

        table = "seen_proofs"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A signing key, sealed, with its times in seconds since the epoch."""

    number: int
    sealed: str
    created_at: float
    retired_at: float | None

    def serves(self, now: float) -> bool:
        """Whether what it signed is still good."""
        return self.retired_at is None or now < self.retired_at


@dataclass(frozen=True, slots=True)
class TokenState:
    """Which tokens are good at one moment.

    Attributes:
        keys: the signing keys, oldest first.
        revoked: the ids of the tokens that were taken back before their time.
    """

    keys: tuple[KnownKey, ...] = ()
    revoked: frozenset[str] = frozenset()


async def read_token_state(store: Store, now: datetime) -> TokenState:
    """The state as the database has it."""
    revoked = await store.fetch(_REVOKED, {"now": now})
    return TokenState(await read_signing_keys(store), frozenset(row[0] for row in revoked))


async def take_back(store: Store, token_id: str, client: str, *, until: datetime, now: datetime) -> None:
    """Take a token of a client back, which would serve `until` then.

    Raises:
        StoreUnavailable: nothing was done.
    """
    async with store.transaction() as transaction:
        values = {"token": token_id, "client": client, "until": until, "now": now}
        await transaction.execute(_TAKE_BACK, values)


async def forget_revoked(store: Store, before: datetime) -> None:
    """Drop those that had expired by then.

    Raises:
        StoreUnavailable: nothing was done.
    """
    async with store.transaction() as transaction:
        await transaction.execute(_FORGET, {"before": before})


async def read_signing_keys(store: Store) -> tuple[KnownKey, ...]:
    """The signing keys, oldest first."""
    rows = await store.fetch(_KEYS, {})
    keys = (KnownKey(int(row[0]), row[1], moment(row[2]).timestamp(), _seconds(row[3])) for row in rows)
    return tuple(sorted(keys, key=lambda key: key.number))


def _seconds(value: Any) -> float | None:  # noqa: ANN401 - a time of either dialect
    return None if value is None else moment(value).timestamp()
