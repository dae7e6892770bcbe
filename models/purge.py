"""The purge: records of provision removed when their term is over and not before, and on record that they were.

The database refuses to remove one whose term is not over, or whose going is not on record: migration 0007.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson

from models.day import moment, today_in_japan
from models.dialect import Dialect
from models.person_row import new_id
from models.provided import DUE
from models.store import Store, Transaction

BATCH = 1000
"""Records that go in one transaction, with the record of it."""

ONE_AT_A_TIME = 7_269_402
"""The key of the advisory lock under which records are removed."""

Progress = Callable[[int, int | None], None]

_DUE = f"""
SELECT p.recipient, p.method, COUNT(*), MIN(p.provided_at), MAX(p.provided_at) FROM provisions p
WHERE {DUE} GROUP BY p.recipient, p.method ORDER BY p.recipient, p.method
"""
_NEXT = f"""
SELECT p.id FROM provisions p WHERE p.id > :after AND {DUE} ORDER BY p.id LIMIT :most
"""
_NOTE = """
INSERT INTO provision_purges (id, run, at, on_day, by, due_on, first_id, last_id, records)
VALUES (:id, :run, :at, :today, :by, :due_on, :first, :last, :records)
"""
_REMOVE = {
    Dialect.SQLITE: "DELETE FROM provisions WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING id",
    Dialect.POSTGRES: (
        "DELETE FROM provisions WHERE id >= :first AND id <= :last AND id = ANY(:ids::text[]) RETURNING id"
    ),
}
_RUNS = """
SELECT run, MIN(at), MAX(at), by, MAX(due_on), SUM(records) FROM provision_purges
GROUP BY run, by ORDER BY MIN(at) DESC, run
"""


@dataclass(frozen=True, slots=True)
class Due:
    """Records of one recipient and method whose term is over, and when they tell of provisions."""

    recipient: str
    method: str
    records: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One purge: who removed how many records whose last day was `due_on` or before, and from when until when."""

    id: str
    begun: datetime
    ended: datetime
    by: str
    due_on: date
    records: int


async def due(store: Store, today: date) -> list[Due]:
    """What may be removed on this day in Japan."""
    rows = await store.fetch(_DUE, {"today": today})
    return [Due(row[0], row[1], row[2], moment(row[3]), moment(row[4])) for row in rows]


async def purge(
    store: Store,
    *,
    by: str,
    clock: Callable[[], datetime],
    progress: Progress = lambda _done, _total: None,
    most: int = BATCH,
) -> int:
    """Remove what is due today, `most` at a time; how many went. What one that was stopped left over, the next removes.

    Raises:
        StoreUnavailable: the database did not answer, or refused; what was removed before is on record.
    """
    run, after, removed = new_id(), "", 0
    total = sum(each.records for each in await due(store, today_in_japan(clock())))
    while True:
        async with store.transaction() as transaction:
            gone = await _batch(transaction, run, by, after, clock(), most)
        if not gone:
            return removed
        removed, after = removed + len(gone), gone[-1]
        progress(removed, max(total, removed))


async def runs(store: Store) -> list[Run]:
    """Every purge there was, the latest first."""
    return [
        Run(row[0], moment(row[1]), moment(row[2]), row[3], _date(row[4]), int(row[5]))
        for row in await store.fetch(_RUNS, {})
    ]


async def _batch(  # noqa: PLR0913, PLR0917 - what a batch is made of
    transaction: Transaction, run: str, by: str, after: str, now: datetime, most: int
) -> Sequence[str]:
    """The ids of those removed, in their order."""
    if transaction.dialect is Dialect.POSTGRES:
        await transaction.execute(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})", {})
    today = today_in_japan(now)
    ids = [row[0] for row in await transaction.fetch(_NEXT, {"after": after, "today": today, "most": most})]
    if not ids:
        return ids
    note = {"id": new_id(), "run": run, "at": now, "today": today, "by": by, "records": len(ids)}
    ends = {"first": ids[0], "last": ids[-1]}
    await transaction.execute(_NOTE, {**note, **ends, "due_on": today - timedelta(days=1)})
    listed = ids if transaction.dialect is Dialect.POSTGRES else orjson.dumps(ids).decode()
    gone = await transaction.fetch(_REMOVE[transaction.dialect], {**ends, "ids": listed})
    if len(gone) != len(ids):
        raise LookupError("a record of provision went while it was being removed")
    return ids


def _date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
