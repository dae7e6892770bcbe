"""The record of a client: every part of it, its secrets by their times alone, and what was changed of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from models.clients.parts import COLUMNS
from models.database.dialect import Dialect
from models.database.store import Reader
from models.day import moment
from models.register import Change, read_changes

REGISTER = "client"
"""What changes of clients are kept under."""

_CLIENTS = f"""
SELECT id, role, active, created_at, last_used_at, {", ".join(COLUMNS.values())} FROM clients
{{where}} ORDER BY id{{lock}}
"""
_SECRETS = """
SELECT client_id, id, created_at, expires_at FROM client_secrets {where}
ORDER BY created_at, expires_at IS NULL, id
"""
_LISTS = ("recipients", "scopes", "documents", "jwks", "networks")


@dataclass(frozen=True, slots=True)
class SecretTimes:
    """A secret of a client as it may be told: never itself, nor its hash."""

    id: str
    created_at: datetime
    expires_at: datetime | None

    def serves(self, now: datetime) -> bool:
        """Whether it proves the client at this time."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    """A client with all that is kept of it, newest change first.

    Attributes:
        parts: what can be changed, by the names of the interface.
    """

    id: str
    role: str
    active: bool
    created_at: datetime
    last_used_at: datetime | None
    parts: Mapping[str, Any]
    secrets: tuple[SecretTimes, ...] = ()
    changes: tuple[Change, ...] = ()


async def read_clients(reader: Reader, only: str | None = None) -> list[ClientRecord]:
    """All clients by name, or the one of this name."""
    values = {} if only is None else {"client": only}
    of_client = "" if only is None else "WHERE client_id = :client"
    secrets: dict[str, list[SecretTimes]] = defaultdict(list)
    for client, *row in await reader.fetch(_SECRETS.format(where=of_client), values):
        secrets[client].append(SecretTimes(row[0], moment(row[1]), _moment(row[2])))
    changes = await read_changes(reader, REGISTER, only)
    where = "" if only is None else "WHERE id = :client"
    return [
        _record(row, secrets[row[0]], changes.get(row[0], ()))
        for row in await reader.fetch(_CLIENTS.format(where=where, lock=""), values)
    ]


async def hold_client(reader: Reader, client: str) -> ClientRecord | None:
    """The client of this name without its changes, held by this transaction until it ends."""
    lock = " FOR UPDATE" if reader.dialect is Dialect.POSTGRES else ""
    sql = _CLIENTS.format(where="WHERE id = :client", lock=lock)
    rows = await reader.fetch(sql, {"client": client})
    if not rows:
        return None
    of_client = _SECRETS.format(where="WHERE client_id = :client")
    secrets = [
        SecretTimes(row[1], moment(row[2]), _moment(row[3]))
        for row in await reader.fetch(of_client, {"client": client})
    ]
    return _record(rows[0], secrets, ())


def _record(row: Sequence[Any], secrets: Sequence[SecretTimes], changes: Sequence[Change]) -> ClientRecord:
    name, role, active, created_at, last_used_at, *cells = row
    return ClientRecord(
        id=name,
        role=role,
        active=bool(active),
        created_at=moment(created_at),
        last_used_at=_moment(last_used_at),
        parts={part: _part(part, cell) for part, cell in zip(COLUMNS, cells, strict=True)},
        secrets=tuple(secrets),
        changes=tuple(changes),
    )


def _part(name: str, cell: Any) -> Any:  # noqa: ANN401 - a cell of either dialect
    if name in _LISTS:
        return None if cell is None else orjson.loads(cell)
    return _moment(cell) if name == "expiresAt" else cell


def _moment(value: Any) -> datetime | None:  # noqa: ANN401 - a time of either dialect
    return None if value is None else moment(value)
