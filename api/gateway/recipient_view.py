"""The view of a recipient: its record by the names of the interface, and whether anything may go to it today."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson

from api.gateway.running import Step
from api.gateway.walk import walk
from models.recipient_record import RecipientRecord, changed_parts, read_recipients
from models.register import Change
from models.store import Reader

View = dict[str, Any]
RECIPIENT_DOORS = ("recipients", "recipient")
"""The root fields that tell of recipients."""


async def look_up_recipients(reader: Reader, step: Step, today: date) -> list[View | None] | View | None:
    """What one of these root fields asks for: every recipient by id, or the one it names."""
    selected, only = step.root.selected, step.arguments.get("id")
    found = await read_recipients(reader, None if only is None else str(only))
    told = [walk(selected.children, selected.type_name, view(record, today)) for record in found]
    return told if selected.name == "recipients" else next(iter(told), None)


def view(record: RecipientRecord, today: date) -> View:
    """All of one recipient, to be told as far as it is asked."""
    return {
        "id": record.id,
        "status": record.status.value,
        "closed": record.closed(today),
        "missing": list(record.missing),
        **record.parts,
        "foreignRoute": record.parts["foreignRoute"] or None,
        "changes": [_change(each) for each in record.changes],
    }


def _change(change: Change) -> View:
    return {
        "id": change.id,
        "at": change.at,
        "by": change.by,
        "requestId": change.request_id,
        "what": change.what,
        "parts": [_part(name, change.was, change.became) for name in changed_parts(change)],
    }


def _part(name: str, was: Mapping[str, Any], became: Mapping[str, Any]) -> View:
    return {"name": name, "was": _text(was.get(name)), "became": _text(became[name])}


def _text(value: Any) -> str | None:  # noqa: ANN401 - a part of any type
    return None if value is None else orjson.dumps(value).decode()
