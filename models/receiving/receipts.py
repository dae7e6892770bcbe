"""The receipts: from whom people were received, how they had acquired them, and on what evidence (APPI Art 30)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from models.database.store import Reader, Transaction
from models.day import day_of, moment, today_in_japan
from models.derived import years_before
from models.receiving.sent import Terms, Waiting, ordered_id

RETAIN_YEARS = 3
_COLUMNS = (
    "id, received_id, ref, provider, provider_name, provider_address, provider_representative, history,"
    " evidence_kind, evidence, purpose, consented_at, consent_method, notice_version, notice_at, items,"
    " acquired_at, received_at, received_on, retain_until, request_id"
)
_NAMES = tuple(_COLUMNS.split(", "))
_KEEP = f"INSERT INTO receipts ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in _NAMES)})"
_TIMES = ("consented_at", "notice_at", "acquired_at", "received_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """One person received (Rule 24): provider, history, evidence, consent, items, and how long it is kept."""

    id: str
    received_id: str
    ref: int
    provider: str
    provider_name: str
    provider_address: str
    provider_representative: str
    history: str
    evidence_kind: str
    evidence: str
    purpose: str
    consented_at: datetime
    consent_method: str
    notice_version: str
    notice_at: datetime
    items: tuple[str, ...]
    acquired_at: datetime
    received_at: datetime
    received_on: date
    retain_until: date
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuery:
    """Which receipts: everything given is required."""

    ref: int | None = None
    provider: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None
    limit: int = 50


_TESTS = {
    "ref": "ref = :ref",
    "provider": "provider = :provider",
    "since": "received_at >= :since",
    "until": "received_at < :until",
    "before": "id < :before",
}


def retained_until(received: date) -> date:
    """The last day a receipt must be kept: three years on, that day included (Rule 25 with Rule 21(iii))."""
    return years_before(received, -RETAIN_YEARS)


async def keep_receipt(  # noqa: PLR0913 - what a record is made of
    transaction: Transaction, received: Waiting, terms: Terms, *, ref: int, items: Iterable[str], at: datetime
) -> str:
    """The record that this person was received now; its number.

    Raises:
        ValueError: no evidence was shown, so there is nothing that may be recorded.
    """
    if terms.evidence_kind is None or not terms.evidence:
        raise ValueError("a receipt needs the evidence of how the provider acquired the data (Rule 22)")
    today = today_in_japan(at)
    number = ordered_id(at)
    values = {name: getattr(terms, name) for name in _NAMES if hasattr(terms, name)}
    await transaction.execute(
        _KEEP,
        {
            **values,
            "id": number,
            "received_id": received.id,
            "ref": ref,
            "provider": received.provider,
            "evidence_kind": terms.evidence_kind.value,
            "purpose": received.purpose,
            "items": orjson.dumps(sorted(items)).decode(),
            "received_at": at,
            "received_on": today,
            "retain_until": retained_until(today),
            "request_id": received.request_id,
        },
    )
    return number


async def read_receipts(reader: Reader, query: ReceiptQuery) -> list[ReceiptRecord]:
    """The receipts asked for, newest first; at most `query.limit`."""
    values = {name: getattr(query, name) for name in _TESTS if getattr(query, name) is not None}
    where = " AND ".join(_TESTS[name] for name in values) or "1 = 1"
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM receipts WHERE {where} ORDER BY id DESC LIMIT :limit",
        {**values, "limit": query.limit},
    )
    return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> ReceiptRecord:
    held = dict(zip(_NAMES, row, strict=True))
    held |= {name: moment(held[name]) for name in _TIMES}
    held |= {name: day_of(held[name]) for name in ("received_on", "retain_until")}
    return ReceiptRecord(**{**held, "ref": int(held["ref"]), "items": tuple(orjson.loads(held["items"]))})
