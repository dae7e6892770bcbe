"""The doors on records about people: each root field with the field of a person that it shows and what reads it."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from api.gateway.documents.selection import Selected
from api.gateway.doors.ledger import FIELD, read_ledger
from api.gateway.doors.notice import FIELD as NOTICES
from api.gateway.doors.notice import read_notices
from api.gateway.doors.received import read_received
from api.gateway.doors.replay import read_replay_people
from api.gateway.doors.transmission import read_transmission_page
from api.gateway.record import Record
from api.gateway.release.door import Door
from api.gateway.views.case import CASES, look_up_cases

Read = Callable[[Door, Selected, Mapping[str, Any], Record], Awaitable[Any]]


class RecordDoor(NamedTuple):
    """What one of them shows of a person, as `Type.field`, and what reads it; whoever is shown is recorded."""

    shows: str
    read: Read


RECORD_DOORS: Mapping[str, RecordDoor] = MappingProxyType(
    {
        "accesses": RecordDoor(FIELD, read_ledger),
        "replayPeople": RecordDoor(FIELD, read_replay_people),
        "provisions": RecordDoor(FIELD, read_ledger),
        "notices": RecordDoor(NOTICES, read_notices),
        "cases": RecordDoor(CASES, look_up_cases),
        "receipts": RecordDoor(FIELD, read_ledger),
        "transmissions": RecordDoor(FIELD, read_transmission_page),
        "received": RecordDoor(NOTICES, read_received),
    }
)
