"""The last use of each client: noted as it asks, written now and then, off the way of any answer."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from models.database.store import Store, StoreUnavailable, WrongValue

REST = 60.0
"""Seconds between writes, so that a client costs at most one a minute and process."""

_USED = """
UPDATE clients SET last_used_at = :at
WHERE id = :client AND (last_used_at IS NULL OR last_used_at < :at)
"""


class ClientUse:
    """When each client asked last; several processes keep the latest."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, rest: float = REST) -> None:
        self._store = store
        self._clock = clock
        self._rest = rest
        self._used: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, client: str) -> None:
        """It asks now."""
        self._used[client] = self._clock()

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run(), name="client use")

    async def stop(self) -> None:
        """Write what is left, if the database takes it, and no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.write()

    async def write(self) -> None:
        """Write the uses that were noted; those that the database does not take wait for the next time."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            async with self._store.transaction() as transaction:
                for client, at in sorted(used.items()):
                    await transaction.execute(_USED, {"client": client, "at": at})
        except (StoreUnavailable, WrongValue):
            self._used = {**used, **self._used}

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._rest)
            with suppress(Exception):  # a use that is not written harms nobody
                await self.write()
