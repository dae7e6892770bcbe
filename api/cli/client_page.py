"""The page of a client: its record as a person reads it; never a secret, which no record holds."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.table import Table

from api.gateway.views.ledger import JAPAN
from models.clients.record import ClientRecord
from models.day import in_japan


def listed(records: Sequence[ClientRecord]) -> Table:
    """All clients, one a row."""
    names = ("client", "role", "recipients", "scopes", "documents", "owner", "expires", "last use", "active")
    table = Table(*names)
    for each in records:
        documents = each.parts["documents"]
        table.add_row(
            each.id,
            each.role,
            ", ".join(each.parts["recipients"]),
            " ".join(each.parts["scopes"]),
            "any" if documents is None else str(len(documents)),
            each.parts["owner"],
            _day(each.parts["expiresAt"]),
            _time(each.last_used_at),
            "yes" if each.active else "no",
        )
    return table


def page(record: ClientRecord, now: datetime) -> Table:
    """All of one client."""
    table = Table.grid(padding=(0, 2))
    for name, text in _lines(record, now):
        table.add_row(name, text)
    return table


def _lines(record: ClientRecord, now: datetime) -> Iterator[tuple[str, str]]:
    parts = record.parts
    yield "client", record.id + ("" if record.active else " (stopped)")
    yield "role", record.role
    yield "recipients", ", ".join(parts["recipients"])
    yield "scopes", " ".join(parts["scopes"]) or "not narrowed"
    documents = parts["documents"]
    yield "documents", "any" if documents is None else f"{len(documents)} registered"
    yield "owner", parts["owner"] or "unknown"
    yield "contact", parts["contact"] or "unknown"
    yield "proves itself by", parts["authentication"].lower().replace("_", " ")
    for key in (parts["jwks"] or {}).get("keys", ()):
        yield "public key", " ".join(filter(None, (key["kty"], key.get("crv"), key.get("kid"))))
    for secret in record.secrets:
        until = "without an end" if secret.expires_at is None else f"until {_time(secret.expires_at)}"
        over = "" if secret.serves(now) else " (over)"
        yield "secret", f"{secret.id}, made {_time(secret.created_at)}, {until}{over}"
    yield "tokens bound", parts["binding"].lower()
    yield "networks", ", ".join(parts["networks"] or ()) or "any"
    yield "requests a minute", _quota(parts["requestsPerMinute"])
    yield "people an hour", _quota(parts["peoplePerHour"])
    yield "people a day", _quota(parts["peoplePerDay"])
    yield "expires", _time(parts["expiresAt"]) or "never"
    yield "registered", _time(record.created_at)
    yield "last use", _time(record.last_used_at) or "never"
    for change in record.changes:
        what = change.what.lower().replace("_", " ")
        yield "change", f"{_time(change.at)} {what} by {change.by}: {', '.join(change.became)}"


def _quota(value: int | None) -> str:
    return "as the installation" if value is None else f"{value:,}"


def _day(value: datetime | None) -> str:
    return "" if value is None else f"{_here(value):%Y-%m-%d}"


def _time(value: datetime | None) -> str:
    return "" if value is None else in_japan(value)


def _here(value: datetime) -> datetime:
    """In the time of Japan; what no calendar holds there stays in its own."""
    try:
        return value.astimezone(JAPAN)
    except OverflowError:
        return value
