"""A change of a client by an operator: what each part of its record is entered by."""

from collections.abc import Mapping

from api.cli.register_change import Entry
from models.clients.register import ClientRegister

OPTIONS: Mapping[str, str] = {
    "role": "--role",
    "recipients": "--recipient",
    "scopes": "--scope",
    "owner": "--owner",
    "contact": "--contact",
    "authentication": "--authentication",
    "jwks": "--jwks",
    "binding": "--binding",
    "networks": "--network",
    "expiresAt": "--expires",
    "requestsPerMinute": "--requests-per-minute",
    "peoplePerHour": "--people-per-hour",
    "peoplePerDay": "--people-per-day",
    "overlapDays": "--overlap",
    "dropSecret": "--drop-secret",
}
"""What each part of the record is entered by."""

CLIENT = Entry(ClientRegister, OPTIONS, ("name", "client"))
changed = CLIENT.changed
