"""The door on records of transmission: about no person, and an access on record like any other."""

from collections.abc import Mapping
from typing import Any

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import walk
from api.gateway.record import Record
from api.gateway.release.door import Door
from api.gateway.release.paging import page_size
from api.gateway.views.ledger import USUAL_PAGE, connection
from models.events.transmission import TransmissionQuery, TransmissionRecord, read_transmissions


async def read_transmission_page(
    door: Door, selected: Selected, arguments: Mapping[str, Any], _record: Record
) -> Any:  # noqa: ANN401 - a connection
    """The records asked for, newest first."""
    size = page_size(arguments.get("first"), USUAL_PAGE)
    asked = {name: arguments.get(name) for name in ("recipient", "since", "until")}
    cursors = door.registers.view.cursors.of(
        "transmissions", {name: str(each) for name, each in asked.items()}
    )
    after = arguments.get("after")
    before = None if after is None else str(cursors.open(after)[0])
    found = await read_transmissions(door.reader, TransmissionQuery(before=before, limit=size + 1, **asked))
    page = found[:size]
    nodes = [_told(each) for each in page]
    answer = connection(nodes, [cursors.seal(each.id) for each in page], more=len(found) > size)
    return walk(selected.children, selected.type_name, answer)


def _told(one: TransmissionRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at,
        "recipient": one.recipient,
        "recipientName": one.recipient_name,
        "recipientAddress": one.recipient_address,
        "recipientRepresentative": one.recipient_representative,
        "country": one.country,
        "purpose": one.purpose,
        "items": list(one.items),
        "events": one.events,
        "notices": list(one.notices),
        "confirmation": one.confirmation,
        "confirmedOn": one.confirmed_on,
        "foreignInformed": one.foreign_informed,
        "firstOn": one.first_on,
        "lastOn": one.last_on,
        "retainUntil": one.retain_until,
        "edition": one.edition,
    }
