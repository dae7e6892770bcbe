"""The doors on records about people: each root field with the field of a person that it shows and what reads it."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from api.gateway.case_view import CASES, look_up_cases
from api.gateway.door import Door
from api.gateway.ledger_door import FIELD, read_ledger
from api.gateway.notice_door import FIELD as NOTICES
from api.gateway.notice_door import read_notices
from api.gateway.received_door import read_received
from api.gateway.record import Record
from api.gateway.replay_door import read_replay_people
from api.gateway.selection import Selected
from api.gateway.transmission_door import read_transmission_page

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
