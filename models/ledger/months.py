"""The months of the ledger: its partitions on PostgreSQL, made before they are needed.

A row that belongs to no month stands in the default partition: nothing is refused, nothing is lost, and it is told.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from models.database.dialect import Dialect
from models.database.store import Store, StoreUnavailable, Transaction, WrongValue
from models.ledger.rows import first_id, provision_id

PARTED = ("accesses", "provisions")
"""The tables that grow by months; both are keyed by a number that begins with the time."""

AHEAD = 3
"""Months that are made before they begin."""

DAY = 86_400.0
SOON = 600.0
"""Seconds until months that could not be made are tried again."""

ONE_AT_A_TIME = 7_269_401
"""The key of the advisory lock under which months are made."""

_LOCK = f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"
_STRAY = "SELECT " + " OR ".join(f"EXISTS (SELECT 1 FROM {table}_default)" for table in PARTED)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The month of a moment."""
        utc = at.astimezone(UTC)
        return cls(utc.year, utc.month)

    @property
    def next(self) -> "Month":
        """The month after this."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def first(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def partition(self, table: str) -> str:
        """The name of its partition."""
        return f"{table}_{self.year:04}_{self.month:02}"


def bound(table: str, month: Month) -> str:
    """The lowest key that a row of a month can have, as SQL."""
    number = first_id(month.first)
    return str(number) if table == "accesses" else f"'{provision_id(number, 0)}'"


def months(now: datetime, ahead: int = AHEAD) -> Iterator[Month]:
    """The months that must be there now; on its first day the last one too, for what began before midnight."""
    month, last = Month.of(now - timedelta(days=1)), Month.of(now)
    for _ in range(ahead):
        last = last.next
    while month <= last:
        yield month
        month = month.next


async def make_months(store: Store, now: datetime, ahead: int = AHEAD) -> list[str]:
    """Make the partitions that are missing, one process at a time; their names.

    Each is made beside the table and then attached, which holds up nobody who writes.

    Raises:
        StoreUnavailable: the database did not, or not in time.
        WrongValue: rows of such a month stand in the default partition.
    """
    made: list[str] = []
    if store.dialect is Dialect.SQLITE:
        return made
    for month in months(now, ahead):
        if await _missing(store, month):
            async with store.transaction() as transaction:
                await transaction.execute(_LOCK, {})
                for table in await _missing(transaction, month):
                    await _make(transaction, table, month)
                    made.append(month.partition(table))
    return made


async def _missing(reader: Store | Transaction, month: Month) -> list[str]:
    """Asked of the catalogue itself: `to_regclass` may remember what it did not find before the turn came."""
    names = ", ".join(f"'{month.partition(table)}'" for table in PARTED)
    found = await reader.fetch(
        "SELECT relname::text FROM pg_class"
        f" WHERE relname IN ({names}) AND relnamespace = current_schema()::regnamespace",
        {},
    )
    there = {row[0] for row in found}
    return [table for table in PARTED if month.partition(table) not in there]


async def _make(transaction: Transaction, table: str, month: Month) -> None:
    name = month.partition(table)
    span = f"FROM ({bound(table, month)}) TO ({bound(table, month.next)})"
    emptying = f"CREATE TRIGGER {name}_is_not_emptied BEFORE TRUNCATE ON {name} FOR EACH STATEMENT"
    for statement in (
        f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        f"{emptying} EXECUTE FUNCTION only_grows('{table}')",
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {span}",
    ):
        await transaction.execute(statement, {})


async def stray(store: Store) -> bool:
    """Whether a row stands outside of every month."""
    return store.dialect is Dialect.POSTGRES and bool((await store.fetch(_STRAY, {}))[0][0])


class LedgerMonths:
    """Keeps the months ahead of the clock: at the start, and once a day."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        observe: Callable[[bool, bool], None] = lambda _made, _stray: None,
        rest: float = DAY,
    ) -> None:
        """`observe`: told whether all months are there, and whether a row stands outside of them."""
        self._store = store
        self._clock = clock
        self._observe = observe
        self._rest = rest
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the months that are missing, and go on doing so."""
        well = await self.look()
        self._task = asyncio.create_task(self._run(well), name="ledger months")

    async def stop(self) -> None:
        """Make no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> bool:
        """Make what is missing and tell how it stands; whether all is well.

        Where months cannot be made the ledger goes on, in the default partition.
        """
        try:
            await make_months(self._store, self._clock())
            made = True
        except (StoreUnavailable, WrongValue):
            made = False
        try:
            strays = await stray(self._store)
        except (StoreUnavailable, WrongValue):
            return False
        self._observe(made, strays)
        return made

    async def _run(self, well: bool) -> None:  # noqa: FBT001 - how the start went
        while True:
            await asyncio.sleep(self._rest if well else min(self._rest, SOON))
            well = await self.look()
