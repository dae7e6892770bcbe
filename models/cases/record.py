"""The record of a case file: what is asked, on which ground of Art 27(1), by whom it was opened, approved and closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader
from models.day import moment

CASE = "case"
"""What changes of case files are kept under."""

COLUMNS: Mapping[str, str] = {
    "recipient": "recipient",
    "basis": "basis",
    "reference": "reference",
    "office": "office",
    "requester": "requester",
    "whyNoConsent": "consent_obstacle",
    "items": "items",
    "from": "valid_from",
    "until": "valid_until",
    "openedBy": "opened_by",
    "openedWith": "opened_with",
    "openedAt": "opened_at",
    "approvedBy": "approver",
    "approvedAt": "approved_at",
    "closedBy": "closed_by",
    "closedAt": "closed_at",
}
"""The parts of a case file by the names of the interface, each with its column."""

_TIMES = ("from", "until", "openedAt", "approvedAt", "closedAt")
_OPENED = "COALESCE(f.opened_at, f.valid_from)"
_CASES = f"""
SELECT f.id, {", ".join(f"f.{column}" for column in COLUMNS.values())} FROM case_files f
WHERE 1 = 1{{only}} ORDER BY {_OPENED} DESC, f.id DESC{{limit}}{{lock}}
"""
_BEFORE = f" AND ({_OPENED}, f.id) < (SELECT {_OPENED}, f.id FROM case_files f WHERE f.id = :before)"


class CaseState(StrEnum):
    """How far a case file is; only what is open lets anything out, and only while its time runs."""

    TO_APPROVE = "TO_APPROVE"
    TO_COME = "TO_COME"
    OPEN = "OPEN"
    OVER = "OVER"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A case file without the people it names."""

    id: str
    parts: Mapping[str, Any]

    def state(self, now: datetime) -> CaseState:
        """How far it is at this time."""
        if self.parts["closedAt"] is not None:
            return CaseState.CLOSED
        if self.parts["until"] <= now:
            return CaseState.OVER
        if not self.parts["approvedBy"]:
            return CaseState.TO_APPROVE
        return CaseState.TO_COME if now < self.parts["from"] else CaseState.OPEN


async def read_cases(
    reader: Reader, *, recipient: str | None = None, before: str | None = None, limit: int
) -> list[CaseRecord]:
    """Case files, the newest first, of a recipient where one is named, and from the one of id `before` on."""
    values = {"recipient": recipient, "before": before}
    only = (" AND f.recipient = :recipient" if recipient else "") + (_BEFORE if before else "")
    sql = _CASES.format(only=only, limit=f" LIMIT {limit}", lock="")
    named = {name: value for name, value in values.items() if value}
    return [_record(row) for row in await reader.fetch(sql, named)]


async def read_case(reader: Reader, case: str, *, hold: bool = False) -> CaseRecord | None:
    """The case file of this id, held by this transaction until it ends where that is asked."""
    lock = " FOR UPDATE" if hold and reader.dialect is Dialect.POSTGRES else ""
    rows = await reader.fetch(_CASES.format(only=" AND f.id = :case", limit="", lock=lock), {"case": case})
    return _record(rows[0]) if rows else None


def _record(row: Sequence[Any]) -> CaseRecord:
    name, *cells = row
    return CaseRecord(
        id=name, parts={part: _part(part, cell) for part, cell in zip(COLUMNS, cells, strict=True)}
    )


def _part(name: str, cell: Any) -> Any:  # noqa: ANN401 - a cell of either dialect
    if name == "items":
        return orjson.loads(cell)
    return moment(cell) if name in _TIMES and cell is not None else cell
