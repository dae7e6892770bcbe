"""The proofs that serve once: seen before, they are refused (RFC 9449, 11.1; RFC 7523, 3)."""

import hashlib
import math
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog

from models.database.dialect import Dialect
from models.database.store import Store, StoreUnavailable, WrongValue

log = structlog.get_logger("tokens")

EVERY = 60.0
"""Seconds between two looks for what is over."""

_QUICK = "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true) AS set) "
_PUT = "INSERT INTO seen_proofs (digest, expires_at) VALUES (:digest, :until) "
_PUT_QUICKLY = _QUICK + (
    "INSERT INTO seen_proofs (digest, expires_at) SELECT :digest, :until FROM quick WHERE set = 'off' "
)
_ONCE = "ON CONFLICT (digest) DO NOTHING RETURNING 1"
_OVER = "DELETE FROM seen_proofs WHERE expires_at < :now"


class Replays(Protocol):
    """What remembers the proofs that were seen."""

    async def first(self, key: str, until: float) -> bool:
        """Whether nobody showed this proof before; it is remembered then.

        Args:
            key: what makes the proof this one, such as its kind, who made it, and its `jti`.
            until: seconds since the epoch from which on it is refused for its age anyway.

        Raises:
            StoreUnavailable: nobody can tell, so the proof must not be accepted.
        """
        ...


def digest_of(key: str) -> str:
    """What is kept of a proof: a SHA-256 in base64, of 43 letters."""
    return urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).rstrip(b"=").decode()


class MemoryReplays:
    """The memory of one process, which another does not share and an end forgets.

    So whatever is asked of it must be bound to this process, as the nonces of DPoP then are. `clock` in seconds since
    the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._look_again = -math.inf

    async def first(self, key: str, until: float) -> bool:
        """As `Replays` says."""
        now = self._clock()
        if now >= self._look_again:
            self._seen = {digest: end for digest, end in self._seen.items() if end > now}
            self._look_again = now + EVERY
        digest = digest_of(key)
        if digest in self._seen:
            return False
        self._seen[digest] = until
        return True


class StoreReplays:
    """The memory of all processes of an installation: a table.

    Unless it is `durable`, a server that crashes may forget what it was told in the last second, and one proof costs
    no wait for the disk; SQLite always waits. `clock` in seconds since the epoch.
    """

    def __init__(self, store: Store, clock: Callable[[], float], *, durable: bool) -> None:
        self._store = store
        self._clock = clock
        self._quick = store.dialect is Dialect.POSTGRES and not durable
        self._look_again = -math.inf

    async def first(self, key: str, until: float) -> bool:
        """As `Replays` says."""
        values = {"digest": digest_of(key), "until": datetime.fromtimestamp(until, UTC)}
        try:
            put = bool(await self._run((_PUT_QUICKLY if self._quick else _PUT) + _ONCE, values))
            await self._look()
        except WrongValue:
            return False
        return put

    async def _look(self) -> None:
        """Drop what is over, now and then."""
        now = self._clock()
        if now < self._look_again:
            return
        self._look_again = now + EVERY
        try:
            await self._run(_OVER, {"now": datetime.fromtimestamp(now, UTC)})
        except StoreUnavailable:
            log.warning("replays.kept")

    async def _run(self, sql: str, values: dict[str, object]) -> object:
        """One statement; on SQLite the connection that reads cannot write."""
        if self._store.dialect is Dialect.POSTGRES:
            return await self._store.fetch(sql, values)
        async with self._store.transaction() as transaction:
            return await transaction.fetch(sql, values)
