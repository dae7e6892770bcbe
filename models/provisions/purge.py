"""The purge: records of provision removed when their term is over and not before, and on record that they were.

The database refuses to remove one whose term is not over, or whose going is not on record: migration 0007.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson

from models.database.dialect import Dialect
from models.database.store import Store, StoreUnavailable, Transaction, WrongValue
from models.day import moment, today_in_japan
from models.person_row import new_id
from models.provisions.provided import DUE

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
_STILL = {
    Dialect.SQLITE: f"""
SELECT p.id FROM provisions p WHERE p.id IN (SELECT value FROM json_each(:ids)) AND {DUE} ORDER BY p.id
""",
    Dialect.POSTGRES: f"""
SELECT p.id FROM provisions p
WHERE p.id >= :first AND p.id <= :last AND p.id = ANY(:ids::text[]) AND {DUE} ORDER BY p.id
""",
}
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
    while found := await _next(store, after, today_in_japan(clock()), most):
        try:
            async with store.transaction() as transaction:
                gone = await _batch(transaction, run, by, found, clock())
        except WrongValue as error:
            raise StoreUnavailable("the database refused to remove what is not due on its own day") from error
        removed, after = removed + len(gone), found[-1]
        if gone:
            progress(removed, max(total, removed))
    return removed


async def runs(store: Store) -> list[Run]:
    """Every purge there was, the latest first."""
    return [
        Run(row[0], moment(row[1]), moment(row[2]), row[3], _date(row[4]), int(row[5]))
        for row in await store.fetch(_RUNS, {})
    ]


async def _next(store: Store, after: str, today: date, most: int) -> list[str]:
    """The ids of some that are due, in their order; nobody who provides something waits for this search."""
    asked = {"after": after, "today": today, "most": most}
    return [row[0] for row in await store.fetch(_NEXT, asked)]


async def _batch(
    transaction: Transaction, run: str, by: str, found: Sequence[str], now: datetime
) -> Sequence[str]:
    """The ids of those removed, in their order: all that were found, unless one went or its term was moved meanwhile."""
    dialect, today = transaction.dialect, today_in_japan(now)
    if dialect is Dialect.POSTGRES:
        await transaction.execute(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})", {})
    ends = {"first": found[0], "last": found[-1]}
    still = await transaction.fetch(_STILL[dialect], {**ends, "ids": _listed(found, dialect), "today": today})
    ids = [row[0] for row in still]
    if not ids:
        return ids
    ends = {"first": ids[0], "last": ids[-1]}
    note = {"id": new_id(), "run": run, "at": now, "today": today, "by": by, "records": len(ids)}
    await transaction.execute(_NOTE, {**note, **ends, "due_on": today - timedelta(days=1)})
    gone = await transaction.fetch(_REMOVE[dialect], {**ends, "ids": _listed(ids, dialect)})
    if len(gone) != len(ids):
        raise LookupError("a record of provision went while it was being removed")
    return ids


def _listed(ids: Sequence[str], dialect: Dialect) -> object:
    """Ids as a statement of the dialect takes them."""
    return list(ids) if dialect is Dialect.POSTGRES else orjson.dumps(ids).decode()


def _date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
