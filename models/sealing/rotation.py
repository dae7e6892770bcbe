"""The rotation: new data keys, and every row sealed anew under them while gateways go on reading and writing.

It may be stopped anywhere and run again: what is left to do is told by the cells themselves, and a retired key is
dropped only when, with writers held off it, no cell names it any more.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from models.database.dialect import Dialect
from models.database.store import Row, Store, Transaction
from models.sealing.cell import UnknownKey, Unreadable
from models.sealing.datakey import Use
from models.sealing.rotation_sql import BATCH, Table, rows_under, windows
from models.sealing.rotation_tables import tables
from models.sealing.vault import LOCK, Sealing, Vault

Progress = Callable[[int, int], None]
"""Told how many of how many rows were looked at."""

_MOST_PASSES = 5
_RETIRE = "UPDATE data_keys SET retired_at = :now WHERE retired_at IS NULL AND number <= :last"
_LAST = "SELECT max(number), count(retired_at) FROM data_keys"
_RETIRED = "SELECT number, use FROM data_keys WHERE retired_at IS NOT NULL ORDER BY number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What a rotation did.

    Attributes:
        begun: it made new keys; otherwise it went on with a rotation that was not finished.
        rows: how many rows it sealed anew.
        dropped: the retired keys that no row needed any more.
        kept: the retired keys that some row still needs.
        unreadable: how many rows were left as they are, by the field and the key of the cell that did not open.
    """

    begun: bool
    rows: int
    dropped: tuple[int, ...]
    kept: tuple[int, ...]
    unreadable: Mapping[tuple[str, int | None], int]


class Rotation:
    """One run over the rows of an open database; `clear` are the answers that may stand in clear."""

    def __init__(self, store: Store, vault: Vault, *, clear: frozenset[str]) -> None:
        self._store = store
        self._vault = vault
        self._tables = tables(store.dialect, clear)
        self._unreadable: Counter[tuple[str, int | None]] = Counter()
        vault.leave_clear(clear)

    async def run(self, progress: Progress, *, anew: bool = False) -> Turned:
        """Make new keys, or go on with a rotation that is not finished unless `anew`, until all rows are under them.

        Raises:
            StoreUnavailable: the database did not answer, or a long transaction stood in the way; run it again.
            WrongMasterKey: the master key was changed meanwhile.
        """
        begun = await self._begin(anew=anew)
        rows, dropped, kept = 0, list[int](), list[int]()
        for _ in range(_MOST_PASSES):
            self._unreadable.clear()
            rows += await self._pass(progress)
            dropped += await self._drop()
            kept = [number for number, _ in await self._store.fetch(_RETIRED, {})]
            if not kept or self._unreadable:
                break
        return Turned(
            begun=begun,
            rows=rows,
            dropped=tuple(dropped),
            kept=tuple(kept),
            unreadable=dict(self._unreadable),
        )

    async def _begin(self, *, anew: bool) -> bool:
        async with self._store.transaction() as transaction:
            if self._store.dialect is Dialect.POSTGRES:
                await transaction.execute(LOCK, {})
            last, retired = (await transaction.fetch(_LAST, {}))[0]
            if retired and not anew:
                return False
            await self._vault.make(transaction, after=last)
            await transaction.execute(_RETIRE, {"now": datetime.now(UTC), "last": last})
        return True

    async def _pass(self, progress: Progress) -> int:
        total, done, rows = 0, 0, 0
        for table in self._tables:
            total += (await self._store.fetch(f"SELECT count(*) FROM {table.name}", {}))[0][0]
        for table in self._tables:
            after = ""
            async for upper, count in windows(self._store, table):
                rows += await self._window(table, after, upper)
                done, after = done + count, upper
                progress(min(done, total), total)
        return rows

    async def _window(self, table: Table, after: str, upper: str) -> int:
        rows, last = 0, after
        while True:
            began = time.monotonic()
            async with self._store.transaction() as transaction:
                sealing = await self._vault.hold(transaction)
                values = {**table.values(sealing), "after": last, "upper": upper}
                found = await transaction.fetch(table.find(), values)
                for row in found:
                    try:
                        rows += await self._reseal(transaction, table, sealing, row)
                    except UnknownKey as fault:
                        if await self._vault.renewed(transaction):
                            break  # another rotation was here since: what is behind its keys is found anew
                        self._unreadable[fault.path, fault.number] += 1
                    last = row[0]
                else:
                    if len(found) < BATCH:
                        return rows
            if self._store.dialect is Dialect.SQLITE:  # one writes at a time there: let gateways have a turn
                await asyncio.sleep(time.monotonic() - began)

    async def _reseal(self, transaction: Transaction, table: Table, sealing: Sealing, row: Row) -> bool:
        number, ref, *cells = row
        try:
            values = table.resealed(self._vault, sealing, ref, cells)
        except UnknownKey:
            raise
        except Unreadable as fault:
            self._unreadable[fault.path, fault.number] += 1
            return False
        await transaction.execute(table.update(), {**values, "id": number})
        return True

    async def _drop(self) -> list[int]:
        """Drop the retired keys that no cell names; a writer that still holds one is waited for."""
        async with self._store.transaction() as transaction:
            lock = " FOR UPDATE" if self._store.dialect is Dialect.POSTGRES else ""
            retired = [(number, Use(use)) for number, use in await transaction.fetch(_RETIRED + lock, {})]
            named = await rows_under(transaction, self._tables, retired)
            unused = [number for number, _ in retired if not named[number]]
            for number in unused:
                await transaction.execute("DELETE FROM data_keys WHERE number = :number", {"number": number})
        return unused
