"""The decided: what one access of the ledger was decided on, and about whom."""

from dataclasses import dataclass

import orjson

from models.database.store import Reader
from models.ledger.bits import unpack
from policies.known import Known, known_of
from policies.vocabulary import Action

_ACCESS = "SELECT edition, role, purpose, recipient, groups, refs FROM accesses WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Decided:
    """One access as it was decided.

    Attributes:
        known: what was known of each group of people.
        refs: everybody in it, by reference.
    """

    edition: str
    role: str
    purpose: str | None
    recipient: str | None
    known: tuple[Known, ...]
    refs: frozenset[int]

    @property
    def actions(self) -> tuple[str, ...]:
        """What was done with people of whom a standing is on record, each once; to read them first."""
        told = dict.fromkeys(each.action for each in self.known if each.standing)
        return tuple(sorted(told, key=lambda action: action != Action.READ))

    def one(self, action: str) -> Known | None:
        """What was known where it is the same of all whom this action was decided about; None where it is not."""
        found = {each.standing: each for each in self.known if each.standing and each.action == action}
        return next(iter(found.values())) if len(found) == 1 else None


async def read_decided(reader: Reader, access: int) -> Decided | None:
    """The access with this number, or None where there is none."""
    rows = await reader.fetch(_ACCESS, {"id": access})
    if not rows:
        return None
    edition, role, purpose, recipient, groups, refs = rows[0]
    known = tuple(known_of(group) for group in orjson.loads(groups))
    return Decided(edition, role, purpose, recipient, known, frozenset(unpack(bytes(refs))))
