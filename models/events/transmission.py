"""The transmissions: what was passed on of browsers' events, to whom, on what notice and confirmation (Rule 28)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from models.database.store import Reader, Transaction
from models.day import day_of, moment, today_in_japan
from models.provisions.retention import ProvisionMethod, retain_until
from models.receiving.sent import ordered_id
from models.registry import KnownRecipient

_COLUMNS = (
    "id, at, recipient, recipient_name, recipient_address, recipient_representative, country, purpose, items, events,"
    " notices, confirmation, confirmed_on, foreign_informed, first_on, last_on, retain_until, edition, digest"
)
_NAMES = tuple(_COLUMNS.split(", "))
_KEEP = f"INSERT INTO transmissions ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in _NAMES)})"
_DIGEST = "SELECT digest FROM transmissions WHERE id = :id"
_DAYS = ("confirmed_on", "first_on", "last_on", "retain_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionRecord:
    """One batch: what Rule 28 wants of it, the notices it rests on, and the last day it is kept."""

    id: str
    at: datetime
    recipient: str
    recipient_name: str
    recipient_address: str
    recipient_representative: str
    country: str
    purpose: str
    items: tuple[str, ...]
    events: int
    notices: tuple[str, ...]
    confirmation: str | None
    confirmed_on: date | None
    foreign_informed: bool | None
    first_on: date
    last_on: date
    retain_until: date
    edition: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionQuery:
    """Which records: everything given is required."""

    recipient: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None
    limit: int = 50


_TESTS = {
    "recipient": "recipient = :recipient",
    "since": "at >= :since",
    "until": "at < :until",
    "before": "id < :before",
}


async def keep_transmission(  # noqa: PLR0913 - what a record is made of
    transaction: Transaction,
    recipient: KnownRecipient,
    *,
    purpose: str,
    items: Iterable[str],
    days: Sequence[date],
    edition: str,
    digest: str,
    at: datetime,
) -> str:
    """The record that a batch is about to leave; its number. `days`: the day in Japan of each of its events."""
    named = sorted(items)
    confirmation = recipient.grounds.confirmation if recipient.identifying else None
    number = ordered_id(at)
    today = today_in_japan(at)
    await transaction.execute(
        _KEEP,
        {
            "id": number,
            "at": at,
            "recipient": recipient.id,
            "recipient_name": recipient.name,
            "recipient_address": recipient.address,
            "recipient_representative": recipient.representative,
            "country": recipient.country,
            "purpose": purpose,
            "items": orjson.dumps(named).decode(),
            "events": len(days),
            "notices": orjson.dumps(
                sorted(set(filter(None, map(recipient.grounds.announced, named))))
            ).decode(),
            "confirmation": confirmation and confirmation.id,
            "confirmed_on": confirmation and confirmation.on_day,
            "foreign_informed": confirmation and confirmation.foreign_informed,
            "first_on": min(days),
            "last_on": max(days),
            "retain_until": retain_until(today, ProvisionMethod.INDIVIDUAL),
            "edition": edition,
            "digest": digest,
        },
    )
    return number


async def digest_of(reader: Reader, batch: str) -> str | None:
    """What the record of a batch says it holds."""
    rows = await reader.fetch(_DIGEST, {"id": batch})
    return rows[0][0] if rows else None


async def read_transmissions(reader: Reader, query: TransmissionQuery) -> list[TransmissionRecord]:
    """The records asked for, newest first; at most `query.limit`."""
    values = {name: getattr(query, name) for name in _TESTS if getattr(query, name) is not None}
    where = " AND ".join(_TESTS[name] for name in values) or "1 = 1"
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM transmissions WHERE {where} ORDER BY id DESC LIMIT :limit",
        {**values, "limit": query.limit},
    )
    return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> TransmissionRecord:
    held = dict(zip(_NAMES, row, strict=True))
    held |= {name: day_of(held[name]) for name in _DAYS}
    held |= {name: tuple(orjson.loads(held[name])) for name in ("items", "notices")}
    informed = held["foreign_informed"]
    return TransmissionRecord(
        **{
            **held,
            "at": moment(held["at"]),
            "foreign_informed": None if informed is None else bool(informed),
        }
    )
