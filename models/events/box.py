"""The box of events: what waits for companies, taken out by one process at a time, and gone after a day at most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader, Store, Transaction
from models.day import moment
from models.person_row import new_id

LEASE = timedelta(seconds=60)
"""For how long events are kept for the process that tries them; many times what one try may take."""

GATHERED = timedelta(seconds=60)
"""For how long events wait for others, with which they leave together."""

LIFE = timedelta(hours=24)
"""After which an event that its company did not take is deleted."""

MOST_WAITING = 1_000_000
"""How many may wait for all companies together; anybody may send events, so there is an end to them."""

MOST = 500
"""The most events of one batch."""

_PUT = """
INSERT INTO waiting_events (id, recipient, told, located, cookie_id, received_at, tries, due_at)
VALUES (:id, :recipient, :told, :located, :cookie, :now, 0, :due)
"""
_FREE = "due_at <= :now AND received_at > :oldest AND (leased_until IS NULL OR leased_until <= :now)"
_DUE = f"SELECT DISTINCT recipient FROM waiting_events WHERE {_FREE} ORDER BY recipient"
_HELD = "SELECT id FROM recipients WHERE id = :recipient FOR UPDATE"
_FIRST = f"""
SELECT batch FROM waiting_events WHERE {_FREE} AND recipient = :recipient ORDER BY due_at, received_at, id LIMIT 1
"""
_CLAIM = f"""
UPDATE waiting_events SET lease = :lease, leased_until = :until, tries = tries + 1 WHERE id IN (
  SELECT id FROM waiting_events WHERE {_FREE} AND recipient = :recipient AND {{which}}
  ORDER BY received_at, id LIMIT :most
) RETURNING id, told, located, cookie_id, received_at, tries
"""
_GONE = "DELETE FROM waiting_events WHERE recipient = :recipient AND lease = :lease"
_OVER = "DELETE FROM waiting_events WHERE received_at <= :oldest"
_WAITING = "SELECT COUNT(*) FROM (SELECT 1 FROM waiting_events LIMIT :most) w"
_AGAIN = """
UPDATE waiting_events SET due_at = :due, lease = NULL, leased_until = NULL
WHERE recipient = :recipient AND lease = :lease
"""
_OPTED = "DELETE FROM waiting_events WHERE cookie_id = :cookie AND recipient = :recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One event as it waits: its fields by name, and what is known of it beside them."""

    id: str
    told: Mapping[str, Any]
    located: bool
    cookie_id: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Events that this process may try now.

    Attributes:
        batch: the one they went out in before, if they did.
        tries: how many were begun, this one included.
        lease: the mark of this process on them.
    """

    recipient: str
    events: tuple[Waiting, ...]
    batch: str | None
    tries: int
    lease: str


async def put_event(  # noqa: PLR0913 - what is kept of an event
    transaction: Transaction,
    recipient: str,
    told: Mapping[str, Any],
    *,
    located: bool,
    cookie: str | None,
    now: datetime,
) -> None:
    """Keep an event for a company, with its browser's random number, whether or not the company may have that too."""
    await transaction.execute(
        _PUT,
        {
            "id": new_id(),
            "recipient": recipient,
            "told": orjson.dumps(told).decode(),
            "located": located,
            "cookie": cookie,
            "now": now,
            "due": now + GATHERED,
        },
    )


async def due_events(reader: Reader, now: datetime) -> list[str]:
    """The companies for whom some event is due and free."""
    return [row[0] for row in await reader.fetch(_DUE, {"now": now, "oldest": now - LIFE})]


async def claim_events(store: Store, recipient: str, now: datetime) -> Claimed | None:
    """Events of this company, kept for the caller until its lease is over: a batch tried before, or new ones.

    Whoever claims for a company holds its row meanwhile, so that a batch is never taken in parts.
    """
    lease = new_id()
    values = {"recipient": recipient, "now": now, "oldest": now - LIFE}
    async with store.transaction() as transaction:
        if store.dialect is Dialect.POSTGRES:
            await transaction.fetch(_HELD, {"recipient": recipient})
        first = await transaction.fetch(_FIRST, values)
        if not first:
            return None
        batch = first[0][0]
        which = "batch IS NULL" if batch is None else "batch = :batch"
        more = {} if batch is None else {"batch": batch}
        claiming = {**values, **more, "lease": lease, "until": now + LEASE, "most": MOST}
        rows = await transaction.fetch(_CLAIM.format(which=which), claiming)
    events = sorted(map(_waiting, rows), key=lambda each: (each.received_at, each.id))
    return Claimed(
        recipient=recipient,
        events=tuple(events),
        batch=batch,
        tries=max(row[5] for row in rows),
        lease=lease,
    )


async def keep_of(transaction: Transaction, claimed: Claimed, kept: Sequence[str], batch: str | None) -> None:
    """Of the events claimed, delete all but these, which now belong to this batch."""
    values = {"recipient": claimed.recipient, "lease": claimed.lease}
    ids = ", ".join(f"'{each}'" for each in kept if each.isalnum())
    if ids:
        await transaction.execute(
            "UPDATE waiting_events SET batch = :batch WHERE recipient = :recipient AND lease = :lease"
            f" AND id IN ({ids})",
            {**values, "batch": batch},
        )
    others = f" AND id NOT IN ({ids})" if ids else ""
    await transaction.execute(_GONE + others, values)


async def gone(store: Store, claimed: Claimed) -> None:
    """The company took them, or never will: nothing of them is kept."""
    async with store.transaction() as transaction:
        await transaction.execute(_GONE, {"recipient": claimed.recipient, "lease": claimed.lease})


async def again_at(store: Store, claimed: Claimed, due: datetime) -> None:
    """The try failed; the next is then."""
    values = {"recipient": claimed.recipient, "lease": claimed.lease, "due": due}
    async with store.transaction() as transaction:
        await transaction.execute(_AGAIN, values)


async def is_full(reader: Reader) -> bool:
    """Whether as many wait as may."""
    rows = await reader.fetch(_WAITING, {"most": MOST_WAITING})
    return int(rows[0][0]) >= MOST_WAITING


async def forget_old(store: Store, now: datetime) -> None:
    """Delete what nobody took for a day."""
    async with store.transaction() as transaction:
        await transaction.execute(_OVER, {"oldest": now - LIFE})


async def forget_of(transaction: Transaction, cookie: str, recipients: Iterable[str]) -> None:
    """Delete what waits of a browser for these companies, as it opted out of them."""
    for recipient in recipients:
        await transaction.execute(_OPTED, {"cookie": cookie, "recipient": recipient})


def _waiting(row: Sequence[Any]) -> Waiting:
    return Waiting(
        id=row[0],
        told=orjson.loads(row[1]),
        located=bool(row[2]),
        cookie_id=row[3],
        received_at=moment(row[4]),
    )
