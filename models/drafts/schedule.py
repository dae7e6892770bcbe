"""The schedule: drafts that are to be published at a time, each taken by one process, and none lost between."""

from datetime import datetime, timedelta
from typing import Final

from models.database.dialect import Dialect
from models.database.store import Reader, Store, Transaction
from models.drafts.barred import Barred
from models.drafts.draft import DraftState
from models.drafts.entitled import OPERATOR, PUBLISHING, Entitled
from models.drafts.publication import publish
from models.drafts.record import DraftRecord, read_draft
from models.drafts.register import REGISTER, take_turn
from models.drafts.worked import Worked
from models.person_row import new_id
from models.register import Keeper, keep_change

LEASE: Final = timedelta(minutes=2)
"""For how long a draft is kept for the process that publishes it; more than its check may take."""

AGAIN: Final = timedelta(minutes=1)
"""For how long nobody tries what failed in one process after another."""

_FREE = "state = 'SCHEDULED' AND publish_at <= :now AND (leased_until IS NULL OR leased_until <= :now)"
_CLAIM = f"""
WITH picked AS (SELECT id FROM drafts WHERE {_FREE} ORDER BY leased_until NULLS FIRST, publish_at, id LIMIT 1{{lock}})
UPDATE drafts SET lease = :lease, leased_until = :until WHERE id IN (SELECT id FROM picked) RETURNING id
"""
_DUE = f"SELECT 1 FROM drafts WHERE {_FREE} LIMIT 1"
_HELD = "SELECT lease FROM drafts WHERE id = :id"
_LEFT = "UPDATE drafts SET lease = NULL, leased_until = :again, trouble = :trouble WHERE id = :id"
_TROUBLE = """
UPDATE drafts SET state = 'OPEN', version = version + 1, trouble = :trouble, lease = NULL, leased_until = NULL,
  publish_at = NULL, publish_by = NULL, publish_client = NULL, publish_note = NULL
WHERE id = :id
"""


async def due(reader: Reader, now: datetime) -> bool:
    """Whether the time of some draft has come."""
    return bool(await reader.fetch(_DUE, {"now": now}))


async def claim(store: Store, now: datetime) -> tuple[DraftRecord, str] | None:
    """The draft whose time came first, kept for the caller until its lease is over, and the mark of that.

    Those that nobody tried yet come before those that somebody gave back.
    """
    lease = new_id()
    lock = " FOR UPDATE SKIP LOCKED" if store.dialect is Dialect.POSTGRES else ""
    values = {"now": now, "until": now + LEASE, "lease": lease}
    async with store.transaction() as transaction:
        rows = await transaction.fetch(_CLAIM.format(lock=lock), values)
        found = await read_draft(transaction, rows[0][0]) if rows else None
    return None if found is None else (found, lease)


def _standing(found: DraftRecord, worked: Worked | Barred, may_still: Entitled) -> Worked:
    """What was worked out, if it may be and who set the time may publish still.

    An operator may, who has the database itself.

    Raises:
        Barred: one of them is not so.
    """
    if isinstance(worked, Barred):
        raise worked
    client = str(found.publish_client)
    if not (client.startswith(OPERATOR) or may_still(client, PUBLISHING)):
        raise Barred("SCHEDULER_GONE")
    return worked


async def carry_out(  # noqa: PLR0913, PLR0917 - what a publication takes
    store: Store, draft: str, lease: str, worked: Worked | Barred, may_still: Entitled, now: datetime
) -> bool | None:
    """Publish a draft whose time has come, under the same conditions as by hand, or note why not.

    Returns whether it was published; None where somebody else decided about it meanwhile.
    """
    async with store.transaction() as transaction:
        await take_turn(transaction)
        found = await _own(transaction, draft, lease)
        if found is None:
            return None
        keeper = Keeper(by=str(found.publish_by), at=now)
        try:
            made = _standing(found, worked, may_still)
            await publish(transaction, found, made, may_still, keeper=keeper, note=found.publish_note or "")
        except Barred as barred:
            await transaction.execute(_TROUBLE, {"id": draft, "trouble": barred.reason})
            was = {"state": found.state.value, "trouble": None}
            became = {"state": DraftState.OPEN.value, "trouble": barred.reason}
            await keep_change(transaction, keeper, REGISTER, draft, "NOT_PUBLISHED", was, became)
            return False
    return True


async def leave(store: Store, draft: str, lease: str, now: datetime, trouble: str | None = None) -> None:
    """Give back a draft that was not decided about, if it is the caller's still; it stays to be published.

    Another process may take it at once, or after `AGAIN` where it had a trouble before. `trouble`: why, to be told until
    it is published; None where it was not tried.
    """
    async with store.transaction() as transaction:
        await take_turn(transaction)
        found = await _own(transaction, draft, lease)
        if found is None:
            return
        again = now + AGAIN if trouble and found.trouble else now
        left = trouble or found.trouble
        await transaction.execute(_LEFT, {"id": draft, "again": again, "trouble": left})
        if left != found.trouble:
            keeper = Keeper(by=str(found.publish_by), at=now)
            was, became = {"trouble": found.trouble}, {"trouble": left}
            await keep_change(transaction, keeper, REGISTER, draft, "NOT_PUBLISHED", was, became)


async def _own(transaction: Transaction, draft: str, lease: str) -> DraftRecord | None:
    """A draft to be published, held, as long as this lease of it is the newest."""
    found = await read_draft(transaction, draft, hold=True)
    held = await transaction.fetch(_HELD, {"id": draft})
    return found if found and found.state is DraftState.SCHEDULED and held[0][0] == lease else None
