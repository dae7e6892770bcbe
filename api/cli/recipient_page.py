"""The page of a recipient: its record as a person reads it."""

from collections.abc import Iterator, Sequence
from datetime import date

from rich.table import Table

from models.day import in_japan
from models.recipients.record import RecipientRecord, changed_parts
from policies.edition import Edition

THIRD_PARTY = "third_party"
INCOMPLETE = "incomplete"


def closed(record: RecipientRecord, edition: Edition, today: date) -> str | None:
    """Why nothing may go to it today; a third party of which a part is blank cannot be put on record (Art 29)."""
    found = record.closed(today)
    if found is not None:
        return found.lower()
    third = THIRD_PARTY in edition.groups.ancestors(record.parts["kind"]) and not record.parts["stateOrgan"]
    return INCOMPLETE if third and record.missing else None


def listed(records: Sequence[RecipientRecord], edition: Edition, today: date) -> Table:
    """All recipients, one a row."""
    table = Table("recipient", "kind", "name", "country", "contract", "until", "missing", "open")
    for each in records:
        table.add_row(
            each.id,
            each.parts["kind"],
            each.parts["name"],
            each.parts["country"],
            each.parts["contract"],
            _day(each.parts["contractUntil"]),
            ", ".join(each.missing),
            closed(each, edition, today) or "yes",
        )
    return table


def page(record: RecipientRecord, edition: Edition, today: date) -> Table:
    """All of one recipient."""
    table = Table.grid(padding=(0, 2))
    for name, text in _lines(record, edition, today):
        table.add_row(name, text)
    return table


def _lines(record: RecipientRecord, edition: Edition, today: date) -> Iterator[tuple[str, str]]:
    parts, why = record.parts, closed(record, edition, today)
    yield "recipient", record.id + (f" ({why})" if why else "")
    yield "kind", parts["kind"]
    yield "name", parts["name"]
    yield "former names", ", ".join(parts["formerNames"]) or "none"
    yield "address", parts["address"] or "missing"
    yield "representative", parts["representative"] or "missing"
    yield (
        "country",
        parts["country"] + (f" ({parts['foreignRoute'].lower()})" if parts["foreignRoute"] else ""),
    )
    yield "state organ", "yes" if parts["stateOrgan"] else "no"
    yield "identifies people", "yes" if parts["identifying"] else "no"
    yield "status", record.status.lower()
    yield "contract", parts["contract"] or "none"
    yield "contract runs", f"{_day(parts['contractFrom']) or '…'} to {_day(parts['contractUntil']) or '…'}"
    yield "contact", parts["contact"] or "unknown"
    yield "notices go to", parts["noticeUrl"] or "nowhere"
    yield "events go to", parts["eventsUrl"] or "nowhere"
    yield "records are made", parts["provisionMethod"].lower()
    for change in record.changes:
        yield (
            "change",
            f"{in_japan(change.at)} {change.what.lower()} by {change.by}: {', '.join(changed_parts(change))}",
        )


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()
