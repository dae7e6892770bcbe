"""The index of the ledger by person, built behind the accesses that touched many.

Until an access is in the index, a person's history reads it from the tail, so nothing is ever missing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from models.database.store import Store, StoreUnavailable
from models.ledger.bits import pack, unpack
from models.ledger.rows import PEOPLE

BATCH = 256
"""Accesses that enter the index in one transaction; whoever several of them touched gets one row for all."""

REST = 0.5
"""Seconds between looks at the tail, and of quiet before the index takes its turn."""

LONGEST_TAIL = 4 * BATCH
"""Accesses that may wait while others wait for answers; a history reads that many in some milliseconds."""


class LedgerIndex:
    """Moves accesses from the tail into the index, when nobody waits or when the tail grows long."""

    def __init__(self, store: Store, *, resting: Callable[[float], bool], rest: float = REST) -> None:
        self._store = store
        self._resting = resting
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
            await asyncio.sleep(self._rest)
            with suppress(StoreUnavailable):
                due = await self._due()
                while due and await self.move():
                    due = await self._due()

    async def _due(self) -> bool:
        waiting = await self._store.fetch("SELECT count(*) FROM access_tail", {})
        return bool(waiting[0][0]) and (self._resting(self._rest) or waiting[0][0] > LONGEST_TAIL)

    async def move(self) -> int:
        """Move the oldest accesses of the tail; how many were moved."""
        async with self._store.transaction() as transaction:
            gone = await transaction.fetch(
                "DELETE FROM access_tail WHERE access_id IN"
                " (SELECT access_id FROM access_tail ORDER BY access_id LIMIT :batch) RETURNING access_id",
                {"batch": BATCH},
            )
            if not gone:
                return 0
            numbers = ", ".join(str(int(row[0])) for row in gone)
            touched = await transaction.fetch(
                f"SELECT id, refs FROM accesses WHERE id IN ({numbers}) ORDER BY id",
                {},
            )
            people: dict[int, list[int]] = defaultdict(list)
            for number, refs in touched:
                for ref in dict.fromkeys(unpack(bytes(refs))):
                    people[ref].append(number)
            await transaction.append(
                {PEOPLE: [(ref, pack(numbers)) for ref, numbers in sorted(people.items())]}
            )
        return len(gone)
