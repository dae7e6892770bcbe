"""The ledger: who was told what, and why; on disk before anybody is answered.

Entries that wait together are committed together by one writer with full durability. Whoever waits is released
when the commit is done, or is told that the ledger is unavailable and answers nothing.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

from models.consents.end import Fallen, lately_closed, lately_ended, share_turn
from models.database.store import Store, StoreUnavailable, Transaction, WrongValue
from models.ledger.bits import Bits
from models.ledger.entry import Entry
from models.ledger.rows import Rows

SHADOW = 5.0
"""Seconds that a failed commit darkens the state of the ledger; the next operation tries again in any case."""

TRIES = 5
"""Numbers that an access beside a change may draw, each of them taken by another process, before it is given up."""


class LedgerUnavailable(Exception):  # noqa: N818 - it names the state
    """The record could not be made durable; nothing may be answered."""


class Ledger:
    """The group commit, and the making of rows."""

    def __init__(
        self,
        store: Store,
        bits: Callable[[], Bits],
        *,
        patience: float = 2.0,
        observe: Callable[[int, float, bool], None] = lambda _count, _seconds, _done: None,
    ) -> None:
        """`patience`: seconds that an operation waits at most; `observe`: told size, seconds and fate of each commit."""
        self._store = store
        self._rows = Rows(bits)
        self._patience = patience
        self._observe = observe
        self._waiting: deque[tuple[Entry, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._last_commit = 0.0
        self._failed_at = -SHADOW

    def start(self) -> None:
        """Start the writer."""
        self._writer = asyncio.create_task(self._write(), name="ledger")

    async def stop(self) -> None:
        """Stop the writer; whoever still waits is refused."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        self._release(list(self._waiting), LedgerUnavailable("the ledger is closed"))

    @property
    def open(self) -> bool:
        """The writer runs, and no commit failed a moment ago."""
        well = time.monotonic() - self._failed_at > SHADOW
        return self._writer is not None and not self._writer.done() and well

    def resting(self, seconds: float) -> bool:
        """Nobody waits, and nothing was committed for so long."""
        return not self._waiting and time.monotonic() - self._last_commit >= seconds

    async def record(self, entry: Entry) -> None:
        """Return when the entry is durable.

        Raises:
            Fallen: what it rests on was ended meanwhile, and nothing is recorded or may be answered.
            LedgerUnavailable: it is not, and the operation must answer nothing.
        """
        if self._writer is None or self._writer.done():
            raise LedgerUnavailable("the ledger's writer does not run")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((entry, done))
        self._wake.set()
        patience = loop.call_later(self._patience * 2, self._late, entry, done)
        try:
            await done
        finally:
            patience.cancel()

    async def record_within(self, transaction: Transaction, entry: Entry) -> None:
        """Append the entry inside a transaction, beside the change that it tells of.

        Raises:
            Fallen: what it rests on was ended meanwhile, and the change must be undone.
            LedgerUnavailable: it was not, and the change must be undone.
        """
        if await _fallen(transaction, [entry]):
            raise Fallen
        for _ in range(TRIES):
            try:
                await transaction.append(self._rows.rows([entry]))
            except WrongValue:
                self._rows.ids.renumber()
            else:
                return
        raise LedgerUnavailable("the record was refused beside its change")

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = [one for one in self._waiting if not one[1].done()]
            self._waiting.clear()
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[Entry, asyncio.Future[None]]], *, first: bool = True) -> None:
        began = time.perf_counter()
        fault: Exception | None = None
        fallen: frozenset[int] = frozenset()
        try:
            fallen = await self._append([entry for entry, _ in batch])
        except asyncio.CancelledError:
            self._release(batch, LedgerUnavailable("the ledger is closed"))
            raise
        except StoreUnavailable as error:
            fault = LedgerUnavailable(str(error))
        except Exception as error:  # noqa: BLE001 - no record, no answer, whatever the cause
            if len(batch) > 1 or (first and isinstance(error, WrongValue)):
                self._rows.ids.renumber()
                for one in batch:
                    await self._commit([one], first=False)
                return
            fault = LedgerUnavailable(f"the ledger failed: {type(error).__name__}")
        self._last_commit = time.monotonic()
        if fault is not None:
            self._failed_at = self._last_commit
        for entry, done in batch:
            self._release([(entry, done)], Fallen() if id(entry) in fallen else fault)
        self._observe(len(batch), time.perf_counter() - began, fault is None)

    async def _append(self, entries: list[Entry]) -> frozenset[int]:
        """Put them on disk, all but those whose grounds were ended meanwhile, which are told."""
        if all(entry.in_force is None for entry in entries):
            await self._store.append(self._rows.rows(entries))
            return frozenset()
        async with self._store.transaction() as transaction:
            fallen = await _fallen(transaction, entries)
            await transaction.append(self._rows.rows([entry for entry in entries if id(entry) not in fallen]))
        return fallen

    def _late(self, entry: Entry, done: asyncio.Future[None]) -> None:
        self._release([(entry, done)], LedgerUnavailable("the ledger did not commit in time"))

    @staticmethod
    def _release(batch: Sequence[tuple[Entry, asyncio.Future[None]]], fault: Exception | None) -> None:
        for _, done in batch:
            if done.done():
                continue
            if fault is None:
                done.set_result(None)
            else:
                done.set_exception(fault)


async def _fallen(transaction: Transaction, entries: Sequence[Entry]) -> frozenset[int]:
    """Which, by identity, rest on what was ended since they were decided; none of that ends before the commit."""
    if all(entry.in_force is None for entry in entries):
        return frozenset()
    await share_turn(transaction)
    fallen = {id(entry) for entry in entries if entry.in_force is not None and not entry.in_force()}
    if since := [entry.at for entry in entries if entry.consented is not None]:
        ended = await lately_ended(transaction, min(since))
        fallen |= {id(entry) for entry in entries if entry.consented and entry.consented.rests_on(ended)}
    if since := [entry.lawful.since for entry in entries if entry.lawful is not None]:
        closed = await lately_closed(transaction, min(since))
        fallen |= {id(entry) for entry in entries if entry.lawful and entry.lawful.rests_on(closed)}
    return frozenset(fallen)
