"""The view of a client: its record by the names of the interface; never a secret, which no record holds."""

from collections.abc import Mapping
from typing import Any

import orjson

from api.gateway.running import Step
from api.gateway.walk import walk
from models.client_record import ClientRecord, SecretTimes, read_clients
from models.register import Change
from models.store import Reader

View = dict[str, Any]
CLIENT_DOORS = ("clients", "client")
"""The root fields that tell of clients."""


async def look_up(reader: Reader, step: Step) -> list[View | None] | View | None:
    """What one of these root fields asks for: every client by name, or the one it names."""
    selected, only = step.root.selected, step.arguments.get("id")
    found = await read_clients(reader, None if only is None else str(only))
    told = [walk(selected.children, selected.type_name, view(record)) for record in found]
    return told if selected.name == "clients" else next(iter(told), None)


def view(record: ClientRecord) -> View:
    """All of one client, to be told as far as it is asked."""
    parts = dict(record.parts)
    return {
        "id": record.id,
        "role": record.role,
        "active": record.active,
        "createdAt": record.created_at,
        "lastUsedAt": record.last_used_at,
        **parts,
        "jwks": _text(parts["jwks"]),
        "secrets": [_secret(each) for each in record.secrets],
        "changes": [_change(each) for each in record.changes],
    }


def _secret(secret: SecretTimes) -> View:
    return {"id": secret.id, "createdAt": secret.created_at, "expiresAt": secret.expires_at}


def _change(change: Change) -> View:
    return {
        "id": change.id,
        "at": change.at,
        "by": change.by,
        "requestId": change.request_id,
        "what": change.what,
        "parts": [_part(name, change.was, change.became) for name in change.became],
    }


def _part(name: str, was: Mapping[str, Any], became: Mapping[str, Any]) -> View:
    return {"name": name, "was": _text(was.get(name)), "became": _text(became[name])}


def _text(value: Any) -> str | None:  # noqa: ANN401 - a part of any type
    return None if value is None else orjson.dumps(value).decode()
