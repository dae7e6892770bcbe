"""The record of a recipient: every part of it, whether anything may go to it today, and what was changed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader
from models.day import day_of
from models.recipients.parts import COLUMNS
from models.recipients.recipient import RecipientStatus
from models.register import Change, read_changes
from models.registry import closed_on, missing_of

REGISTER = "recipient"
"""What changes of recipients are kept under."""

_RECIPIENTS = f"""
SELECT id, status, {", ".join(COLUMNS.values())} FROM recipients {{where}} ORDER BY id{{lock}}
"""
_DAYS = ("contractFrom", "contractUntil")
_CLAIMS = ("stateOrgan", "identifying")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRecord:
    """A recipient with all that is kept of it, newest change first.

    Attributes:
        parts: what can be changed, by the names of the interface.
    """

    id: str
    status: RecipientStatus
    parts: Mapping[str, Any]
    changes: tuple[Change, ...] = ()

    def closed(self, today: date) -> str | None:
        """Why nothing may go to it on this day: `PENDING`, `STOPPED` or `LAPSED`; None where it may."""
        return closed_on(self.status, self.parts["contractFrom"], self.parts["contractUntil"], today)

    @property
    def missing(self) -> tuple[str, ...]:
        """What a record of provision needs (APPI Art 29) and is blank, by the names of the interface."""
        return missing_of(self.parts)


def changed_parts(change: Change) -> list[str]:
    """The parts that a change names, in the order of the record, whatever order the database keeps them in."""
    return [name for name in ("status", *COLUMNS) if name in change.became]


async def read_recipients(reader: Reader, only: str | None = None) -> list[RecipientRecord]:
    """All recipients by id, or the one of this id."""
    changes = await read_changes(reader, REGISTER, only)
    where = "" if only is None else "WHERE id = :recipient"
    values = {} if only is None else {"recipient": only}
    return [
        _record(row, changes.get(row[0], ()))
        for row in await reader.fetch(_RECIPIENTS.format(where=where, lock=""), values)
    ]


async def hold_recipient(reader: Reader, recipient: str) -> RecipientRecord | None:
    """The recipient of this id without its changes, held by this transaction until it ends."""
    lock = " FOR UPDATE" if reader.dialect is Dialect.POSTGRES else ""
    sql = _RECIPIENTS.format(where="WHERE id = :recipient", lock=lock)
    rows = await reader.fetch(sql, {"recipient": recipient})
    return _record(rows[0], ()) if rows else None


def _record(row: Sequence[Any], changes: Sequence[Change]) -> RecipientRecord:
    name, status, *cells = row
    return RecipientRecord(
        id=name,
        status=RecipientStatus(status),
        parts={part: _part(part, cell) for part, cell in zip(COLUMNS, cells, strict=True)},
        changes=tuple(changes),
    )


def _part(name: str, cell: Any) -> Any:  # noqa: ANN401 - a cell of either dialect
    if name in _DAYS:
        return day_of(cell)
    if name in _CLAIMS:
        return bool(cell)
    if name == "formerNames":
        return [] if cell is None else orjson.loads(cell) or []
    return cell
