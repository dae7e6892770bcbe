"""The ledger: who was told what, and why; on disk before anybody is answered.

Entries that wait together are committed together by one writer with full durability. Whoever waits is released
when the commit is done, or is told that the ledger is unavailable and answers nothing.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from secrets import randbits
from typing import Any

import orjson

from models.access import Outcome
from models.bits import Bits, pack
from models.store import Row, Store, StoreUnavailable, Table, Transaction

DIRECT = 16
"""Up to this many users, an access enters the index by person in its own commit; above, right behind it."""

CLOCK_SHIFT = 21
"""The bits of an access's number below its time in milliseconds: 10 for the process, 11 to count."""

ACCESSES = Table(
    "accesses",
    (
        ("id", "bigint"),
        ("at", "timestamptz"),
        ("request_id", "text"),
        ("client", "text"),
        ("role", "text"),
        ("purpose", "text"),
        ("recipient", "text"),
        ("operation", "text"),
        ("edition", "text"),
        ("outcome", "text"),
        ("code", "text"),
        ("reason", "text"),
        ("asked", "text"),
        ("users", "int"),
        ("arguments", "text"),
        ("touched", "text"),
        ("groups", "text"),
        ("refs", "bytea"),
    ),
)
PEOPLE = Table("access_people", (("ref", "bigint"), ("accesses", "bytea")))
TAIL = Table("access_tail", (("access_id", "bigint"),))
PROVISIONS = Table(
    "provisions",
    (
        ("id", "text"),
        ("access_id", "bigint"),
        ("ref", "bigint"),
        ("recipient", "text"),
        ("recipient_name", "text"),
        ("recipient_address", "text"),
        ("recipient_representative", "text"),
        ("items", "text"),
        ("basis", "text"),
        ("consented_at", "timestamptz"),
        ("provided_at", "timestamptz"),
        ("retain_until", "date"),
    ),
)


class LedgerUnavailable(Exception):  # noqa: N818 - it names the state
    """The record could not be made durable; nothing may be answered."""


@dataclass(frozen=True, slots=True)
class Group:
    """Users who were given the same, by their references in the ledger."""

    released: frozenset[str]
    withheld: frozenset[str]
    basis: tuple[str, ...]
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionEntry:
    """One third party was given these items about one user (APPI Art 29)."""

    ref: int
    recipient: str
    name: str
    address: str
    representative: str
    items: frozenset[str]
    basis: str
    consented_at: datetime | None
    retain_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One operation, as the ledger keeps it; never a value of anybody's data."""

    at: datetime
    request_id: str
    client: str
    role: str
    purpose: str | None
    recipient: str | None
    operation: str | None
    edition: str
    outcome: Outcome
    code: str | None = None
    reason: str | None = None
    asked: str | None = None
    arguments: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    provisions: tuple[ProvisionEntry, ...] = ()

    @property
    def users(self) -> int:
        """How many people it touched."""
        if len(self.groups) == 1:
            return len(self.groups[0].refs)
        return len({ref for group in self.groups for ref in group.refs})


def first_id(at: datetime) -> int:
    """The lowest number that an access at this time, to the millisecond, can have."""
    return int(at.timestamp() * 1000) << CLOCK_SHIFT


class AccessIds:
    """Numbers of accesses: they rise with time, and two processes seldom meet; the table refuses the second."""

    def __init__(self) -> None:
        self._process = randbits(10) << 11
        self._last = 0
        self._count = 0

    def next(self, at: datetime) -> int:
        """The number of an access at this time."""
        moment = max(int(at.timestamp() * 1000), self._last)
        if moment == self._last:
            self._count += 1
            if self._count >> 11:
                moment, self._count = moment + 1, 0
        else:
            self._count = 0
        self._last = moment
        return moment << CLOCK_SHIFT | self._process | self._count


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
        self._bits = bits
        self._patience = patience
        self._observe = observe
        self._ids = AccessIds()
        self._waiting: deque[tuple[Entry, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._last_commit = 0.0

    def start(self) -> None:
        """Start the writer."""
        self._writer = asyncio.create_task(self._write(), name="ledger")

    async def stop(self) -> None:
        """Stop the writer; whoever still waits is refused."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        self._release(list(self._waiting), LedgerUnavailable("the ledger is closed"))

    def resting(self, seconds: float) -> bool:
        """Nobody waits, and nothing was committed for so long."""
        return not self._waiting and time.monotonic() - self._last_commit >= seconds

    async def record(self, entry: Entry) -> None:
        """Return when the entry is durable.

        Raises:
            LedgerUnavailable: it is not, and the operation must answer nothing.
        """
        if self._writer is None or self._writer.done():
            raise LedgerUnavailable("the ledger's writer does not run")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        self._wake.set()
        try:
            async with asyncio.timeout(self._patience * 2):
                await done
        except TimeoutError as error:
            raise LedgerUnavailable("the ledger did not commit in time") from error

    async def record_within(self, transaction: Transaction, entry: Entry) -> None:
        """Append the entry inside a transaction, beside the change that it tells of."""
        await transaction.append(self._rows([entry]))

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = [one for one in self._waiting if not one[1].done()]
            self._waiting.clear()
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
        began = time.perf_counter()
        fault: Exception | None = None
        try:
            await self._store.append(self._rows([entry for entry, _ in batch]))
        except asyncio.CancelledError:
            self._release(batch, LedgerUnavailable("the ledger is closed"))
            raise
        except StoreUnavailable as error:
            fault = LedgerUnavailable(str(error))
        except Exception as error:  # noqa: BLE001 - no record, no answer, whatever the cause
            fault = LedgerUnavailable(f"the ledger failed: {type(error).__name__}")
        self._last_commit = time.monotonic()
        self._release(batch, fault)
        self._observe(len(batch), time.perf_counter() - began, fault is None)

    @staticmethod
    def _release(batch: Sequence[tuple[Entry, asyncio.Future[None]]], fault: Exception | None) -> None:
        for _, done in batch:
            if done.done():
                continue
            if fault is None:
                done.set_result(None)
            else:
                done.set_exception(fault)

    def _rows(self, entries: Sequence[Entry]) -> dict[Table, list[Row]]:
        rows: dict[Table, list[Row]] = {ACCESSES: [], PEOPLE: [], TAIL: [], PROVISIONS: []}
        for entry in entries:
            number = self._ids.next(entry.at)
            rows[ACCESSES].append(self._access(number, entry))
            if entry.users > DIRECT:
                rows[TAIL].append((number,))
            else:
                people = dict.fromkeys(ref for group in entry.groups for ref in group.refs)
                packed = pack([number])
                rows[PEOPLE].extend((ref, packed) for ref in people)
            rows[PROVISIONS].extend(self._provision(number, entry, one) for one in entry.provisions)
        return rows

    def _access(self, number: int, entry: Entry) -> Row:
        touched = set(entry.arguments)
        groups: list[dict[str, Any]] = []
        for group in entry.groups:
            touched |= group.released | group.withheld
            groups.append(
                {
                    "n": len(group.refs),
                    "released": self._bits().hex(group.released),
                    "withheld": self._bits().hex(group.withheld),
                    "basis": group.basis,
                }
            )
        return (
            number,
            entry.at,
            entry.request_id,
            entry.client,
            entry.role,
            entry.purpose,
            entry.recipient,
            entry.operation,
            entry.edition,
            entry.outcome.value,
            entry.code,
            entry.reason,
            entry.asked,
            entry.users,
            self._bits().hex(entry.arguments),
            self._bits().words(touched),
            orjson.dumps(groups).decode(),
            pack(ref for group in entry.groups for ref in group.refs),
        )

    def _provision(self, number: int, entry: Entry, one: ProvisionEntry) -> Row:
        return (
            f"{number:x}-{one.ref:x}"[:26],
            number,
            one.ref,
            one.recipient,
            one.name,
            one.address,
            one.representative,
            self._bits().hex(one.items),
            one.basis,
            one.consented_at,
            entry.at,
            one.retain_until,
        )
