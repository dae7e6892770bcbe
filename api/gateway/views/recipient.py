"""The view of a recipient: its record by the names of the interface, and whether anything may go to it today."""

from datetime import date
from typing import Any

from api.gateway.documents.walk import walk
from api.gateway.running import Running, Step
from api.gateway.views.change import change_view
from models.database.store import Reader
from models.recipients.record import RecipientRecord, changed_parts, read_recipients

View = dict[str, Any]
RECIPIENT_DOORS = ("recipients", "recipient")
"""The root fields that tell of recipients."""


async def look_up_recipients(reader: Reader, step: Step, running: Running) -> list[View | None] | View | None:
    """What one of these root fields asks for: every recipient by id, or the one it names."""
    selected, only = step.root.selected, step.arguments.get("id")
    found = await read_recipients(reader, None if only is None else str(only))
    told = [walk(selected.children, selected.type_name, view(record, running.today)) for record in found]
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
        "changes": [change_view(each, changed_parts(each)) for each in record.changes],
    }
