"""The counts of several processes: in one Redis, by the scripts of `limits`, each of them one step there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from limits.aio.storage import RedisStorage
from limits.errors import StorageError
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from api.fair.window import Limit, QuotaUnavailable, State, Taken

PREFIX = "mokuteki"
PATIENCE = 1.0
"""Seconds that Redis may take for a connection, and for an answer."""

CONNECTIONS = 64


class SharedWindows:
    """Counts in Redis; whoever cannot reach it grants nothing.

    Attributes:
        patience: as `PATIENCE`.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        """`url`: `redis://`, `rediss://` or `unix://`."""
        self.patience = patience
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=patience,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 1),
        )
        options: dict[str, Any] = {"connection_pool": self._pool}
        self._storage = RedisStorage(
            "async+redis://", wrap_exceptions=True, implementation="redispy", key_prefix=PREFIX, **options
        )

    async def take(self, key: str, limits: Sequence[Limit], cost: int) -> Taken:
        """Count so many, or none; where processes race for the last ones, it may count some and grant none.

        What is used is asked for once more behind it: what others took meanwhile may have come near the limit.
        """
        states = await self.look(key, limits)
        if not all(state.fits(cost) for state in states):
            return Taken(False, states)
        async with self._asking():
            counted = await asyncio.gather(*(self._count(key, limit, cost) for limit in limits))
        return Taken(all(counted), await self.look(key, limits))

    async def look(self, key: str, limits: Sequence[Limit]) -> tuple[State, ...]:
        """What is used."""
        async with self._asking():
            return tuple(await asyncio.gather(*(self._state(key, limit) for limit in limits)))

    async def first(self, key: str, limit: Limit) -> bool:
        """Whether it is the first time in the span."""
        async with self._asking():
            return await self._storage.incr(f"first/{limit.name}/{key}", limit.seconds) == 1

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def reachable(self) -> bool:
        """Whether Redis answers."""
        try:
            async with self._asking():
                return await self._storage.check()
        except QuotaUnavailable:
            return False

    async def _count(self, key: str, limit: Limit, cost: int) -> bool:
        return await self._storage.acquire_sliding_window_entry(
            _name(key, limit), limit.most, limit.seconds, cost
        )

    async def _state(self, key: str, limit: Limit) -> State:
        seconds = limit.seconds
        previous, _, current, ends = await self._storage.get_sliding_window(_name(key, limit), seconds)
        left = min(max(ends - seconds, 0.0), seconds) if ends else float(seconds)
        return State(limit, previous, current, left)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(2 * self.patience):
                yield
        except (StorageError, OSError, TimeoutError) as error:
            raise QuotaUnavailable(f"Redis did not answer: {type(error).__name__}") from error


def _name(key: str, limit: Limit) -> str:
    """Without the amount, so that what was used stays used when another is agreed."""
    return f"{limit.name}/{key}"
