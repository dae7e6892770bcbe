"""The index of the ledger by person, built right behind the accesses that touched many."""

import asyncio
from contextlib import suppress

from models.bits import unpack
from models.ledger import PEOPLE
from models.store import Store, StoreUnavailable

BATCH = 64
"""Accesses that enter the index in one transaction."""

REST = 0.5
"""Seconds between looks at the tail, so that the index never competes with those who wait for an answer."""


class LedgerIndex:
    """Moves accesses from the tail into the index; until then a person's history reads the tail as well."""

    def __init__(self, store: Store, *, rest: float = REST) -> None:
        self._store = store
        self._rest = rest
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start moving."""
        self._task = asyncio.create_task(self._run(), name="ledger index")

    async def stop(self) -> None:
        """Stop moving; what is left is moved after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            with suppress(StoreUnavailable):
                while await self.move() == BATCH:
                    await asyncio.sleep(0)
            await asyncio.sleep(self._rest)

    async def move(self) -> int:
        """Move the oldest accesses of the tail; how many were moved."""
        waiting = await self._store.fetch(
            "SELECT t.access_id, a.refs FROM access_tail t JOIN accesses a ON a.id = t.access_id"
            " ORDER BY t.access_id LIMIT :batch",
            {"batch": BATCH},
        )
        if not waiting:
            return 0
        numbers = ", ".join(str(int(row[0])) for row in waiting)
        people = sorted({(ref, row[0]) for row in waiting for ref in unpack(bytes(row[1]))})
        async with self._store.transaction() as transaction:
            gone = await transaction.fetch(
                f"DELETE FROM access_tail WHERE access_id IN ({numbers}) RETURNING access_id",  # noqa: S608 - integers
                {},
            )
            mine = {row[0] for row in gone}
            await transaction.append({PEOPLE: [person for person in people if person[1] in mine]})
        return len(waiting)
