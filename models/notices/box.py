"""The box of notices: put in beside the withdrawal, taken out by one process at a time, and never lost between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.database.dialect import Dialect
from models.database.store import Reader, Store, Transaction
from models.day import moment
from models.notices.withdrawal import NoticeState, Trouble
from models.person_row import new_id
from models.register import Keeper, keep_change, refuse

REGISTER = "notice"
LEASE = timedelta(seconds=60)
"""For how long a notice is kept for the process that tries it; many times what one try may take."""

_PUT = """
INSERT INTO withdrawal_notices (id, user_id, recipient, purpose, withdrawn_at, state, tries, due_at)
VALUES (:id, :user, :recipient, :purpose, :now, 'WAITING', 0, :now)
"""
_FREE = """
n.state = 'WAITING' AND n.due_at <= :now AND (n.leased_until IS NULL OR n.leased_until <= :now) AND NOT EXISTS (
  SELECT 1 FROM withdrawal_notices e WHERE e.state = 'WAITING' AND e.recipient = n.recipient
  AND e.user_id = n.user_id AND e.purpose = n.purpose AND e.withdrawn_at < n.withdrawn_at
)
"""
_DUE = f"SELECT DISTINCT n.recipient FROM withdrawal_notices n WHERE {_FREE} ORDER BY n.recipient"
_CLAIM = f"""
WITH picked AS (
  SELECT n.id FROM withdrawal_notices n
  WHERE {_FREE} AND n.recipient = :recipient
  ORDER BY n.due_at, n.id LIMIT 1{{lock}}
)
UPDATE withdrawal_notices SET lease = :lease, leased_until = :until, tries = tries + 1
WHERE id IN (SELECT id FROM picked) RETURNING id, user_id, recipient, purpose, withdrawn_at, tries
"""
_ADDRESS = "SELECT notice_url FROM recipients WHERE id = :recipient"
_TAKEN = """
UPDATE withdrawal_notices
SET state = 'TAKEN', ended_at = :now, lease = NULL, leased_until = NULL, trouble = NULL
WHERE id = :id AND state <> 'TAKEN'
"""
_AGAIN = """
UPDATE withdrawal_notices SET due_at = :due, lease = NULL, leased_until = NULL, trouble = :trouble
WHERE id = :id AND lease = :lease AND state = 'WAITING'
"""
_DEAD = """
UPDATE withdrawal_notices
SET state = 'DEAD', ended_at = :now, lease = NULL, leased_until = NULL, trouble = :trouble
WHERE id = :id AND lease = :lease AND state = 'WAITING'
"""
_ONE = "SELECT state, tries, trouble FROM withdrawal_notices WHERE id = :id"
_REVIVE = """
UPDATE withdrawal_notices SET state = 'WAITING', tries = 0, due_at = :now, ended_at = NULL
WHERE id = :id AND state = 'DEAD' RETURNING id
"""
_COUNTS = """
SELECT state, COUNT(*), MIN(withdrawn_at) FROM withdrawal_notices WHERE state IN ('WAITING', 'DEAD') GROUP BY state
"""
_PAGE = """
SELECT n.id, u.ref, n.user_id, n.recipient, n.purpose, n.withdrawn_at, n.state, n.tries, n.due_at, n.ended_at,
  n.trouble FROM withdrawal_notices n LEFT JOIN users u ON u.id = n.user_id
WHERE {wanted} ORDER BY n.withdrawn_at DESC, n.id DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice that this process may try now.

    Attributes:
        url: where its recipient takes notices today; blank for nowhere.
        tries: how many were begun, this one included.
        lease: the mark of this process on it.
    """

    id: str
    user: str
    recipient: str
    purpose: str
    withdrawn_at: datetime
    tries: int
    lease: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """A notice as the desk sees it; `ref` is None once its person's row is gone."""

    id: str
    ref: int | None
    user: str
    recipient: str
    purpose: str
    withdrawn_at: datetime
    state: str
    tries: int
    due_at: datetime
    ended_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, how many are dead, and since when the oldest waits."""

    waiting: int
    dead: int
    oldest: datetime | None


async def put(transaction: Transaction, user: str, recipient: str, purpose: str, now: datetime) -> str:
    """A new notice, beside the withdrawal it tells of; its id."""
    notice = new_id()
    row = {"id": notice, "user": user, "recipient": recipient, "purpose": purpose, "now": now}
    await transaction.execute(_PUT, row)
    return notice


async def due(reader: Reader, now: datetime) -> list[str]:
    """The recipients for whom some notice is due and free."""
    return [row[0] for row in await reader.fetch(_DUE, {"now": now})]


async def claim(store: Store, recipient: str, now: datetime) -> Letter | None:
    """The notice of this recipient that is due first, kept for the caller until its lease is over.

    One about the same person and purpose that is older and still waits goes first. Rows that another process is just
    taking are passed over (PostgreSQL) or waited for (SQLite).
    """
    lease = new_id()
    lock = " FOR UPDATE OF n SKIP LOCKED" if store.dialect is Dialect.POSTGRES else ""
    values = {"recipient": recipient, "now": now, "until": now + LEASE, "lease": lease}
    async with store.transaction() as transaction:
        found = await transaction.fetch(_CLAIM.format(lock=lock), values)
        if not found:
            return None
        addresses = await transaction.fetch(_ADDRESS, {"recipient": recipient})
    name, user, to, purpose, withdrawn, tries = found[0]
    return Letter(
        id=name,
        user=user,
        recipient=to,
        purpose=purpose,
        withdrawn_at=moment(withdrawn),
        tries=tries,
        lease=lease,
        url=addresses[0][0] if addresses else "",
    )


async def taken(store: Store, letter: Letter, now: datetime) -> None:
    """Its recipient took it; that is so whoever holds the lease by now."""
    async with store.transaction() as transaction:
        await transaction.execute(_TAKEN, {"id": letter.id, "now": now})


async def again(store: Store, letter: Letter, trouble: Trouble, due_at: datetime) -> None:
    """The try failed; the next is then."""
    row = {"id": letter.id, "lease": letter.lease, "trouble": trouble.value, "due": due_at}
    async with store.transaction() as transaction:
        await transaction.execute(_AGAIN, row)


async def give_up(store: Store, letter: Letter, trouble: Trouble, now: datetime) -> None:
    """Nobody tries it any more, until the desk says so."""
    row = {"id": letter.id, "lease": letter.lease, "trouble": trouble.value, "now": now}
    async with store.transaction() as transaction:
        await transaction.execute(_DEAD, row)


async def revive(transaction: Transaction, notice: str, keeper: Keeper) -> None:
    """Try a dead notice again from now on, under its old id, with who said so on record.

    Raises:
        Mistaken: there is no such notice, or it is not dead.
    """
    found = await transaction.fetch(_ONE, {"id": notice})
    if not found:
        refuse("notice", "NOTICE_UNKNOWN")
    state, tries, trouble = found[0]
    if not await transaction.fetch(_REVIVE, {"id": notice, "now": keeper.at}):
        refuse("notice", "NOTICE_NOT_DEAD")
    was = {"state": state, "tries": tries, "trouble": trouble}
    became = {"state": NoticeState.WAITING.value, "tries": 0, "trouble": trouble}
    await keep_change(transaction, keeper, REGISTER, notice, "RETRIED", was, became)


async def counts(reader: Reader) -> Counts:
    """What waits and what is dead."""
    found = {row[0]: (int(row[1]), moment(row[2])) for row in await reader.fetch(_COUNTS, {})}
    waiting = found.get(NoticeState.WAITING.value)
    dead = found.get(NoticeState.DEAD.value)
    return Counts(waiting[0] if waiting else 0, dead[0] if dead else 0, waiting[1] if waiting else None)


async def page(
    reader: Reader,
    *,
    state: NoticeState | None = None,
    recipient: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int,
) -> Sequence[NoticeRecord]:
    """Notices, newest first, from `before` on."""
    wanted = ["1 = 1"]
    values: dict[str, Any] = {"limit": limit}
    for column, value in (("state", state and state.value), ("recipient", recipient)):
        if value is not None:
            wanted.append(f"n.{column} = :{column}")
            values[column] = value
    if before is not None:
        wanted.append("(n.withdrawn_at < :at OR (n.withdrawn_at = :at AND n.id < :id))")
        values |= {"at": before[0], "id": before[1]}
    rows = await reader.fetch(_PAGE.format(wanted=" AND ".join(wanted)), values)
    return [
        NoticeRecord(
            id=row[0],
            ref=row[1],
            user=row[2],
            recipient=row[3],
            purpose=row[4],
            withdrawn_at=moment(row[5]),
            state=row[6],
            tries=row[7],
            due_at=moment(row[8]),
            ended_at=None if row[9] is None else moment(row[9]),
            trouble=row[10],
        )
        for row in rows
    ]
