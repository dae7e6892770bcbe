"""The history: the ledger read back, by person, client, purpose, recipient, field or time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import orjson

from models.bits import Bits, pack, unpack
from models.dialect import Dialect
from models.ledger_rows import CLOCK_SHIFT, LARGEST_ID, first_id
from models.store import Reader, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuery:
    """Which accesses: everything given is required. `user` is a user's id, whose refused look-ups count too."""

    user: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionQuery:
    """Which provisions: everything given is required."""

    ref: int | None = None
    recipient: str | None = None
    access_ids: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PersonRelease:
    """What one access gave or kept of one person, by the reference of the ledger."""

    ref: int
    released: tuple[str, ...]
    withheld: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True)
class AccessRecord:
    """One access as the ledger holds it; its people are unpacked only where they are asked for."""

    id: int
    at: datetime
    request_id: str
    client: str
    role: str
    purpose: str | None
    recipient: str | None
    operation: str | None
    edition: str
    outcome: str
    code: str | None
    reason: str | None
    users: int
    arguments: tuple[str, ...]
    groups: str
    refs: bytes
    bits: Bits

    @cached_property
    def releases(self) -> tuple[PersonRelease, ...]:
        """What it gave or kept of each person."""
        people = unpack(self.refs)
        return tuple(PersonRelease(next(people), *told) for count, told in self._groups for _ in range(count))

    def of(self, ref: int) -> tuple[PersonRelease, ...]:
        """What it gave or kept of one person, once for each door that touched them."""
        wanted, found = pack([ref]), []
        at = self.refs.find(wanted)
        while at >= 0:
            if at % len(wanted) == 0:
                found.append(PersonRelease(ref, *self._told_at(at // len(wanted))))
            at = self.refs.find(wanted, at + 1)
        return tuple(found)

    @cached_property
    def _groups(self) -> list[tuple[int, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]]:
        paths = self.bits.paths
        return [
            (group["n"], (paths(group["released"]), paths(group["withheld"]), tuple(group["basis"])))
            for group in orjson.loads(self.groups)
        ]

    def _told_at(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        for count, told in self._groups:
            if place < count:
                return told
            place -= count
        raise LookupError("the access holds more people than its groups count")


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """One provision to a third party, with what APPI Art 29 and Rule 20 want of it."""

    id: str
    access_id: int
    ref: int
    recipient: str
    recipient_name: str
    recipient_address: str
    recipient_representative: str
    items: tuple[str, ...]
    basis: str
    consented_at: datetime | None
    provided_at: datetime
    retain_until: date


_ACCESS = (
    "a.id, a.at, a.request_id, a.client, a.role, a.purpose, a.recipient, a.operation, a.edition, a.outcome,"
    " a.code, a.reason, a.users, a.arguments, a.groups, a.refs"
)
_PROVISION = (
    "p.id, p.access_id, p.ref, p.recipient, p.recipient_name, p.recipient_address, p.recipient_representative,"
    " p.items, p.basis, p.consented_at, p.provided_at, p.retain_until"
)
SLOWEST = 3_600_000 << CLOCK_SHIFT
"""An access is numbered when it is recorded, which is later than its time by no more than this: an hour."""

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
        if query.user is not None or query.ref is not None:
            numbers = await self._touching(query)
            if self._reader.dialect is Dialect.POSTGRES:
                wanted.append("a.id = ANY(:numbers::bigint[])")
                values["numbers"] = numbers
            else:
                wanted.append("a.id IN (SELECT value FROM json_each(:numbers))")
                values["numbers"] = orjson.dumps(numbers).decode()
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

    async def _touching(self, query: AccessQuery) -> list[int]:
        """The accesses that touched a person: from the index, from its tail, and those that asked in vain."""
        inside = (
            "position(:packed in x.refs)"
            if self._reader.dialect is Dialect.POSTGRES
            else "instr(x.refs, :packed)"
        )
        values = {"ref": query.ref or -1, "packed": pack([query.ref or 0]), "asked": query.user or ""}
        # INVARIANT: the tail is read before the index, into which accesses move from it meanwhile.
        tail = await self._reader.fetch(
            f"SELECT x.id, x.refs FROM access_tail t JOIN accesses x ON x.id = t.access_id WHERE {inside} > 0",
            values,
        )
        indexed = await self._reader.fetch("SELECT accesses FROM access_people WHERE ref = :ref", values)
        asked = await self._reader.fetch("SELECT y.id FROM accesses y WHERE y.asked = :asked", values)
        found = {number for row in indexed for number in unpack(bytes(row[0]))}
        found |= {row[0] for row in tail if query.ref in set(unpack(bytes(row[1])))}
        found |= {row[0] for row in asked}
        return sorted(number for number in found if query.before is None or number < query.before)

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
            bits=self._bits,
        )

    async def provisions(self, query: ProvisionQuery) -> list[ProvisionRecord]:
        """The provisions asked for, newest first; at most `query.limit`."""
        tests = {
            "ref": "p.ref = :ref",
            "recipient": "p.recipient = :recipient",
            "since": "p.provided_at >= :since",
            "until": "p.provided_at < :until",
            "before": "p.id < :before",
        }
        values = {name: getattr(query, name) for name in tests if getattr(query, name) is not None}
        wanted = [tests[name] for name in values]
        if query.access_ids is not None:
            listed = ", ".join(str(int(each)) for each in query.access_ids)
            wanted.append(f"p.access_id IN ({listed or 'NULL'})")
        rows = await self._reader.fetch(
            f"SELECT {_PROVISION} FROM provisions p WHERE {' AND '.join(wanted) or '1 = 1'}"
            " ORDER BY p.id DESC LIMIT :limit",
            {**values, "limit": query.limit},
        )
        return [self._provision(row) for row in rows]

    def _provision(self, row: Row) -> ProvisionRecord:
        return ProvisionRecord(
            id=row[0],
            access_id=row[1],
            ref=row[2],
            recipient=row[3],
            recipient_name=row[4],
            recipient_address=row[5],
            recipient_representative=row[6],
            items=self._bits.paths(row[7]),
            basis=row[8],
            consented_at=None if row[9] is None else moment(row[9]),
            provided_at=moment(row[10]),
            retain_until=row[11] if isinstance(row[11], date) else date.fromisoformat(row[11]),
        )

    async def ids(self, refs: Iterable[int]) -> Mapping[int, str]:
        """The users behind references; one whose link was erased is missing."""
        listed = ", ".join(str(int(ref)) for ref in set(refs))
        if not listed:
            return {}
        rows = await self._reader.fetch(f"SELECT ref, id FROM users WHERE ref IN ({listed})", {})
        return {row[0]: row[1] for row in rows}

    async def ref(self, user: str) -> int | None:
        """The reference of a user, or None for nobody."""
        rows = await self._reader.fetch("SELECT ref FROM users WHERE id = :id", {"id": user})
        return rows[0][0] if rows else None


def moment(value: Any) -> datetime:  # noqa: ANN401 - a time of either dialect
    """A time as either dialect gives it, in UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)
