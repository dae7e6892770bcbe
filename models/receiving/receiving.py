"""The receiving: people whom partners sent, kept once each; what waits is sealed, and dropped when it is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader, Transaction
from models.receiving.received import WAITING, ReceivedItem, ReceivedOutcome, Settled
from models.receiving.sent import Waiting, new_ref, waiting_of
from models.sealing.vault import Sealing, Vault

SENT = "received"
"""What the digest of a person who was sent is marked as."""

ONE_AT_A_TIME = 7_269_403
"""The key of the advisory lock under which people are taken in."""

_PUT = """
INSERT INTO received (id, provider, client, digest, outcome, reasons, purpose, terms, ref, known, at, request_id)
VALUES (:id, :provider, :client, :digest, :outcome, :reasons, :purpose, :terms, :ref, NULL, :now, :request)
ON CONFLICT DO NOTHING RETURNING id
"""
_ROW = """
SELECT id, provider, client, outcome, reasons, purpose, terms, ref, known, at, request_id, settled FROM received
"""
_MARK_AS = "UPDATE received SET outcome = :outcome, known = :known WHERE id = :id"
_SETTLE = """
UPDATE received SET settled = :settled, settled_at = :now, settled_by = :by, settled_for = :reason, known = :known
WHERE id = :id
"""
_ITEM = "(:id{0}, :received, :ref, :field{0}, :value{0})"
_ITEMS = "SELECT field, value FROM received_items WHERE received_id = :received ORDER BY field"
_DROP = "DELETE FROM received_items WHERE received_id = :received"
_SAME = """
SELECT id, ref FROM users
WHERE lower(email) = lower(:email) OR (birth_date = :born AND lower(name_roman) = lower(:name)) ORDER BY id
"""


_SOUGHT = {"email": "email", "born": "birth_date", "name": "name_roman"}


@dataclass(frozen=True, slots=True)
class Known:
    """A user whom somebody who was sent may be."""

    id: str
    ref: int


async def one_at_a_time(transaction: Transaction) -> None:
    """Wait until no other change takes people in: who is known must not change between asking and keeping."""
    if transaction.dialect is Dialect.POSTGRES:
        await transaction.execute(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})", {})


async def known_people(reader: Reader, values: Mapping[str, Any]) -> list[Known]:
    """The users who have this e-mail address, or this name and birth date."""
    asked = {name: values.get(column) for name, column in _SOUGHT.items()}
    return [Known(row[0], int(row[1])) for row in await reader.fetch(_SAME, asked)]


async def find_sent(transaction: Transaction, vault: Vault, sent: str) -> Waiting | None:
    """What was sent before with just this content."""
    marks = {f"m{place}": mark for place, mark in enumerate(vault.marks(SENT, sent))}
    places = ", ".join(f":{name}" for name in marks) or "NULL"
    rows = await transaction.fetch(f"{_ROW} WHERE digest IN ({places}) ORDER BY id LIMIT 1", marks)
    return waiting_of(rows[0]) if rows else None


async def put_received(transaction: Transaction, sealing: Sealing, received: Waiting, sent: str) -> bool:
    """Keep that a person was sent; False where the same came a moment before."""
    values = {
        "id": received.id,
        "provider": received.provider,
        "client": received.client,
        "digest": sealing.mark.mark(SENT, sent),
        "outcome": received.outcome.value,
        "reasons": orjson.dumps(received.reasons).decode(),
        "purpose": received.purpose,
        "terms": orjson.dumps(received.terms).decode(),
        "ref": received.ref,
        "now": received.at,
        "request": received.request_id,
    }
    return bool(await transaction.fetch(_PUT, values))


async def put_refused(  # noqa: PLR0913 - what is kept of it
    transaction: Transaction,
    *,
    number: str,
    provider: str,
    client: str,
    reasons: Sequence[str],
    purpose: str,
    at: datetime,
    request_id: str,
) -> None:
    """Keep that somebody who was sent was refused and why, by code; nothing of what was sent stays."""
    values = {
        "id": number,
        "provider": provider,
        "client": client,
        "digest": None,
        "outcome": ReceivedOutcome.REFUSED.value,
        "reasons": orjson.dumps(reasons).decode(),
        "purpose": purpose,
        "terms": None,
        "ref": new_ref(),
        "now": at,
        "request": request_id,
    }
    await transaction.execute(_PUT, values)


async def mark_as(
    transaction: Transaction, received: Waiting, outcome: ReceivedOutcome, known: int | None
) -> None:
    """Keep what became of it, and who it is."""
    await transaction.execute(_MARK_AS, {"id": received.id, "outcome": outcome.value, "known": known})


async def settle(  # noqa: PLR0913 - what a decision is made of
    transaction: Transaction,
    received: Waiting,
    settled: Settled,
    by: str,
    at: datetime,
    *,
    known: int | None,
    reason: str | None = None,
) -> None:
    """Keep what the desk decided, and drop every value that waited."""
    values = {
        "id": received.id,
        "settled": settled.value,
        "by": by,
        "now": at,
        "known": known,
        "reason": reason,
    }
    await transaction.execute(_SETTLE, values)
    await transaction.execute(_DROP, {"received": received.id})


async def keep_items(
    transaction: Transaction, sealing: Sealing, received: Waiting, items: Mapping[str, Any]
) -> None:
    """Seal what was sent of a person, by field, until the desk decides."""
    values: dict[str, Any] = {"received": received.id, "ref": received.ref}
    for place, (path, value) in enumerate(items.items()):
        cell = sealing.cell.seal(path + ReceivedItem.PART, received.ref, orjson.dumps(value))
        values |= {f"id{place}": token_hex(13), f"field{place}": path, f"value{place}": cell}
    rows = ", ".join(_ITEM.format(place) for place in range(len(items)))
    await transaction.execute(
        f"INSERT INTO received_items (id, received_id, ref, field, value) VALUES {rows}", values
    )


async def read_items(reader: Reader, vault: Vault, received: Waiting) -> dict[str, Any]:
    """What was sent of a person who waits, by field.

    Raises:
        Unreadable: a cell does not open.
    """
    return {
        path: orjson.loads(vault.open(path + ReceivedItem.PART, received.ref, cell))
        for path, cell in await reader.fetch(_ITEMS, {"received": received.id})
    }


async def hold_received(transaction: Transaction, number: str) -> Waiting | None:
    """What was sent under this number, held by this transaction until it ends; None for what was refused."""
    lock = " FOR UPDATE" if transaction.dialect is Dialect.POSTGRES else ""
    rows = await transaction.fetch(f"{_ROW} WHERE id = :id AND terms IS NOT NULL{lock}", {"id": number})
    return waiting_of(rows[0]) if rows else None


async def waiting_people(reader: Reader, *, after: str | None, limit: int) -> list[Waiting]:
    """Those about whom the desk has to decide, the longest waiting first."""
    outcomes = ", ".join(f"'{each.value}'" for each in WAITING)
    behind = "" if after is None else " AND id > :after"
    values = {"limit": limit, **({} if after is None else {"after": after})}
    where = f"WHERE settled IS NULL AND outcome IN ({outcomes}){behind}"
    return [waiting_of(row) for row in await reader.fetch(f"{_ROW} {where} ORDER BY id LIMIT :limit", values)]
