"""The provided: records of provision read back, each as the record that it is a part of stands today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.database.store import Reader, Row
from models.day import day_of, moment
from models.grounds.confirmed import Confirmed
from models.ledger.bits import Bits
from models.ledger.recorded import ProvisionRecord
from models.ledger.rows import LARGEST_ID, SLOWEST, first_id, provision_id
from models.provisions.retention import ProvisionMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionQuery:
    """Which provisions: everything given is required.

    Attributes:
        purgeable: only those whose term is over `today`, or only those whose is not.
    """

    ref: int | None = None
    recipient: str | None = None
    method: str | None = None
    basis: str | None = None
    purgeable: bool | None = None
    today: date | None = None
    access_ids: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None
    limit: int = 50


_SINGLE = f"p.method = '{ProvisionMethod.INDIVIDUAL}'"
_TOGETHER = "FROM provisions q WHERE q.ref = p.ref AND q.recipient = p.recipient AND q.method = p.method"

DUE = f"(p.retain_until < :today AND ({_SINGLE} OR NOT EXISTS (SELECT 1 {_TOGETHER} AND q.retain_until >= :today)))"
"""SQL of whether the term of the record of a provision `p` is over, that of all made together with it too (Rule 21)."""


def _of_record(pick: str, column: str) -> str:
    """SQL of a part of the record that a provision `p` belongs to: its own, or one of all that were made together."""
    return f"CASE WHEN {_SINGLE} THEN p.{column} ELSE (SELECT {pick}(q.{column}) {_TOGETHER}) END"


_PROVISION = (
    "p.id, p.access_id, p.ref, p.recipient, p.recipient_name, p.recipient_address, p.recipient_representative,"
    " p.items, p.basis, p.consented_at, p.provided_at, p.method, p.contract, p.confirmation, p.confirmed_on,"
    f" p.foreign_informed, {_of_record('MIN', 'provided_at')}, {_of_record('MAX', 'provided_at')},"
    f" {_of_record('MAX', 'retain_until')}"
)


async def read_provisions(reader: Reader, bits: Bits, query: ProvisionQuery) -> list[ProvisionRecord]:
    """The provisions asked for, newest first; at most `query.limit`."""
    tests = {
        "ref": "p.ref = :ref",
        "recipient": "p.recipient = :recipient",
        "method": "p.method = :method",
        "basis": "p.basis = :basis",
        "since": "p.provided_at >= :since",
        "until": "p.provided_at < :until",
        "before": "p.id < :before",
    }
    values: dict[str, Any] = {
        name: getattr(query, name) for name in tests if getattr(query, name) is not None
    }
    wanted = [tests[name] for name in values]
    if query.since is not None:
        wanted.append("p.id >= :first")
        values["first"] = provision_id(first_id(query.since), 0)
    if query.until is not None:
        wanted.append("p.id < :last")
        values["last"] = provision_id(min(first_id(query.until) + SLOWEST, LARGEST_ID), 0)
    if query.purgeable is not None:
        wanted.append(DUE if query.purgeable else f"NOT {DUE}")
        values["today"] = query.today
    if query.access_ids is not None:
        listed = ", ".join(str(int(each)) for each in query.access_ids)
        wanted.append(f"p.access_id IN ({listed or 'NULL'})")
    rows = await reader.fetch(
        f"SELECT {_PROVISION} FROM provisions p WHERE {' AND '.join(wanted) or '1 = 1'}"
        " ORDER BY p.id DESC LIMIT :limit",
        {**values, "limit": query.limit},
    )
    return [_record(row, bits) for row in rows]


def _record(row: Row, bits: Bits) -> ProvisionRecord:
    return ProvisionRecord(
        id=row[0],
        access_id=row[1],
        ref=row[2],
        recipient=row[3],
        recipient_name=row[4],
        recipient_address=row[5],
        recipient_representative=row[6],
        items=bits.paths(row[7]),
        basis=row[8],
        consented_at=None if row[9] is None else moment(row[9]),
        provided_at=moment(row[10]),
        method=row[11],
        contract=row[12],
        confirmed=None if row[13] is None else Confirmed(row[13], _day(row[14]), bool(row[15])),
        first_at=moment(row[16]),
        last_at=moment(row[17]),
        retain_until=_day(row[18]),
    )


def _day(value: Any) -> date:  # noqa: ANN401 - a date of either dialect
    """A date that must be there."""
    found = day_of(value)
    if found is None:
        raise LookupError("a record of provision without a day that it must have")
    return found
