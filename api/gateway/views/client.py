"""The view of a client: its record by the names of the interface; never a secret, which no record holds."""

from typing import Any

from api.gateway.documents.walk import walk
from api.gateway.running import Running, Step
from api.gateway.views.change import change_view, text
from models.clients.record import ClientRecord, SecretTimes, read_clients
from models.database.store import Reader

View = dict[str, Any]
CLIENT_DOORS = ("clients", "client")
"""The root fields that tell of clients."""


async def look_up_clients(reader: Reader, step: Step, _: Running) -> list[View | None] | View | None:
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
        "jwks": text(parts["jwks"]),
        "secrets": [_secret(each) for each in record.secrets],
        "changes": [change_view(each) for each in record.changes],
    }


def _secret(secret: SecretTimes) -> View:
    return {"id": secret.id, "createdAt": secret.created_at, "expiresAt": secret.expires_at}
