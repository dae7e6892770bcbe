"""What was recorded, as the ledger is read back: accesses with their part for each person, and provisions."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeAlias

import orjson

from models.grounds.confirmed import Confirmed
from models.ledger.bits import Bits, pack, unpack


@dataclass(frozen=True, slots=True)
class PersonRelease:
    """What one access gave, kept or wrote of one person, by the reference of the ledger."""

    ref: int
    released: tuple[str, ...]
    withheld: tuple[str, ...]
    basis: tuple[str, ...]
    written: tuple[str, ...] = ()


Told: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""The fields released, the fields withheld, the basis, and the fields written."""


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
    staff: str | None
    bits: Bits

    @cached_property
    def releases(self) -> tuple[PersonRelease, ...]:
        """What it gave or kept of each person."""
        people = unpack(self.refs)
        found = ((next(people), told) for count, told in self._groups for _ in range(count))
        return tuple(PersonRelease(ref, *told) for ref, told in found if told)

    def of(self, ref: int) -> tuple[PersonRelease, ...]:
        """What it gave or kept of one person, once for each door that touched them."""
        wanted, found = pack([ref]), []
        at = self.refs.find(wanted)
        while at >= 0:
            if at % len(wanted) == 0 and (told := self._told_at(at // len(wanted))):
                found.append(PersonRelease(ref, *told))
            at = self.refs.find(wanted, at + 1)
        return tuple(found)

    @cached_property
    def _groups(self) -> list[tuple[int, Told | None]]:
        """How many people each group has, and what was told of them; None where they were named in vain."""
        paths = self.bits.paths
        found: list[tuple[int, Told | None]] = []
        for group in orjson.loads(self.groups):
            released, withheld = paths(group["released"]), paths(group["withheld"])
            written = paths(group.get("written", ""))
            told = (released, withheld, tuple(group["basis"]), written)
            found.append((group["n"], told if released or withheld or written else None))
        return found

    def _told_at(self, place: int) -> Told | None:
        """What was given or kept of the person at this place, or None for one who was named in vain."""
        for count, told in self._groups:
            if place < count:
                return told
            place -= count
        return None


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """One provision to a third party, with what APPI Arts 29 and 31 and Rules 20, 21 and 28 want of it.

    Attributes:
        retain_until: as it stands today; where records are made together, it moves on with each provision.
        first_at, last_at: the first and last provision that the record tells of.
        confirmed: what was confirmed under Art 31, or None.
    """

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
    method: str
    contract: str
    first_at: datetime
    last_at: datetime
    confirmed: Confirmed | None
