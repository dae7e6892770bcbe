"""The decided: what one access of the ledger was decided on, and about whom."""

from dataclasses import dataclass

import orjson

from models.database.store import Reader
from models.ledger.bits import unpack
from policies.known import Known, known_of

_ACCESS = "SELECT edition, role, recipient, groups, refs FROM accesses WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Decided:
    """One access as it was decided.

    Attributes:
        known: what was known of each group of people.
        refs: everybody in it, by reference.
    """

    edition: str
    role: str
    recipient: str | None
    known: tuple[Known, ...]
    refs: frozenset[int]

    def one(self, action: str) -> Known | None:
        """What was known where it is the same of all whom this action was decided about; None where it is not."""
        told = [each for each in self.known if each.standing]
        found = {each.standing: each for each in told if each.action == action} or {
            each.standing: each for each in told
        }
        return next(iter(found.values())) if len(found) == 1 else None


async def read_decided(reader: Reader, access: int) -> Decided | None:
    """The access with this number, or None where there is none."""
    rows = await reader.fetch(_ACCESS, {"id": access})
    if not rows:
        return None
    edition, role, recipient, groups, refs = rows[0]
    known = tuple(known_of(group) for group in orjson.loads(groups))
    return Decided(edition, role, recipient, known, frozenset(unpack(bytes(refs))))
