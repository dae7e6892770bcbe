"""The history: the ledger read back, by person, client, purpose, recipient, field or time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader, Row
from models.day import moment
from models.ledger.bits import Bits, pack, unpack
from models.ledger.recorded import AccessRecord, ProvisionRecord
from models.ledger.rows import LARGEST_ID, SLOWEST, first_id
from models.provisions.provided import ProvisionQuery, read_provisions

__all__ = ["AccessQuery", "History", "ProvisionQuery", "moment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuery:
    """Which accesses: everything given is required; those of a person are also those that named them in vain."""

    ref: int | None = None
    client: str | None = None
    purpose: str | None = None
    recipient: str | None = None
    field: str | None = None
    outcome: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


_ACCESS = (
    "a.id, a.at, a.request_id, a.client, a.role, a.purpose, a.recipient, a.operation, a.edition, a.outcome,"
    " a.code, a.reason, a.users, a.arguments, a.groups, a.refs, a.staff"
)
_EQUAL = {"client": "client", "purpose": "purpose", "recipient": "recipient", "outcome": "outcome"}


class History:
    """Reads the ledger."""

    def __init__(self, reader: Reader, bits: Bits) -> None:
        self._reader = reader
        self._bits = bits

    async def accesses(self, query: AccessQuery) -> list[AccessRecord]:
        """The accesses asked for, newest first; at most `query.limit`."""
        wanted: list[str] = []
        values: dict[str, Any] = {"limit": query.limit}
        for name, column in (*_EQUAL.items(), ("request_id", "request_id")):
            if getattr(query, name) is not None:
                wanted.append(f"a.{column} = :{name}")
                values[name] = getattr(query, name)
        if query.ref is not None:
            touching = await self._touching(query.ref, query.before)
            which, values["choices"] = among(self._reader.dialect, "bigint", touching)
            wanted.append(f"a.id {which}")
        if query.field is not None:
            wanted.append("a.touched LIKE :word" if self._bits.word(query.field) else "1 = 0")
            values["word"] = f"%{self._bits.word(query.field)}%"
        if query.since is not None:
            wanted.append("a.id >= :since AND a.at >= :since_at")
            values |= {"since": first_id(query.since), "since_at": query.since}
        if query.until is not None:
            wanted.append("a.id < :until AND a.at < :until_at")
            values |= {"until": min(first_id(query.until) + SLOWEST, LARGEST_ID), "until_at": query.until}
        if query.before is not None:
            wanted.append("a.id < :before")
            values["before"] = query.before
        where = " AND ".join(wanted) or "1 = 1"
        rows = await self._reader.fetch(
            f"SELECT {_ACCESS} FROM accesses a WHERE {where} ORDER BY a.id DESC LIMIT :limit",
            values,
        )
        return [self._record(row) for row in rows]

    async def _touching(self, ref: int, before: int | None) -> list[int]:
        """The accesses that touched a person: from the index and from its tail."""
        inside = (
            "position(:packed in x.refs)"
            if self._reader.dialect is Dialect.POSTGRES
            else "instr(x.refs, :packed)"
        )
        values = {"ref": ref, "packed": pack([ref])}
        # INVARIANT: the tail is read before the index, into which accesses move from it meanwhile.
        tail = await self._reader.fetch(
            f"SELECT x.id, x.refs FROM access_tail t JOIN accesses x ON x.id = t.access_id WHERE {inside} > 0",
            values,
        )
        indexed = await self._reader.fetch("SELECT accesses FROM access_people WHERE ref = :ref", values)
        found = {number for row in indexed for number in unpack(bytes(row[0]))}
        found |= {row[0] for row in tail if ref in set(unpack(bytes(row[1])))}
        return sorted(number for number in found if before is None or number < before)

    def _record(self, row: Row) -> AccessRecord:
        return AccessRecord(
            id=row[0],
            at=moment(row[1]),
            request_id=row[2],
            client=row[3],
            role=row[4],
            purpose=row[5],
            recipient=row[6],
            operation=row[7],
            edition=row[8],
            outcome=row[9],
            code=row[10],
            reason=row[11],
            users=row[12],
            arguments=self._bits.paths(row[13]),
            groups=row[14],
            refs=bytes(row[15]),
            staff=row[16],
            bits=self._bits,
        )

    async def provisions(self, query: ProvisionQuery) -> list[ProvisionRecord]:
        """The provisions asked for, newest first; at most `query.limit`."""
        return await read_provisions(self._reader, self._bits, query)

    async def ids(self, refs: Iterable[int]) -> Mapping[int, str]:
        """The users behind references; one whose link was erased is missing."""
        listed = ", ".join(str(int(ref)) for ref in set(refs))
        if not listed:
            return {}
        rows = await self._reader.fetch(f"SELECT ref, id FROM users WHERE ref IN ({listed})", {})
        return {row[0]: row[1] for row in rows}

    async def editions(self, names: Iterable[str]) -> Mapping[str, Sequence[tuple[datetime, int]]]:
        """When each of these editions came into force and under which number, the newest first."""
        named = list(dict.fromkeys(names))
        found: dict[str, list[tuple[datetime, int]]] = {}
        if named:
            which, choices = among(self._reader.dialect, "text", named)
            sql = f"SELECT id, published_at, number FROM editions WHERE id {which} ORDER BY number DESC"
            for name, at, number in await self._reader.fetch(sql, {"choices": choices}):
                found.setdefault(name, []).append((moment(at), number))
        return found

    async def refs(self, users: Iterable[str]) -> frozenset[int]:
        """The references of the users with these ids; who does not exist has none."""
        named = list(users)
        if not named:
            return frozenset()
        which, choices = among(self._reader.dialect, "text", named)
        rows = await self._reader.fetch(f"SELECT ref FROM users WHERE id {which}", {"choices": choices})
        return frozenset(row[0] for row in rows)


def among(dialect: Dialect, kind: str, choices: Sequence[Any]) -> tuple[str, Any]:
    """SQL that holds of a column that is one of `:choices`, and these as the dialect takes them."""
    if dialect is Dialect.POSTGRES:
        return f"= ANY(:choices::{kind}[])", choices
    return "IN (SELECT value FROM json_each(:choices))", orjson.dumps(choices).decode()
