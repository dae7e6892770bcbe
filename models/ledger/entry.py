"""The entry: one operation as the ledger keeps it, before it becomes rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from models.consents.end import Consented, Lawful
from models.grounds.confirmed import Confirmed
from models.ledger.access import Outcome
from models.provisions.retention import ProvisionMethod
from policies.known import UNKNOWN, Known


@dataclass(frozen=True, slots=True)
class Group:
    """Users who were given the same on the same ground, by their references in the ledger.

    Attributes:
        known: what was known of them when it was decided.
    """

    released: frozenset[str]
    withheld: frozenset[str]
    basis: tuple[str, ...]
    refs: tuple[int, ...]
    written: frozenset[str] = frozenset()
    known: Known = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionEntry:
    """One third party was given these items about one user (APPI Art 29).

    Attributes:
        contract: the one that stands in for the record, where the method says so.
        confirmed: what was confirmed before related information went out (Art 31); None where nothing had to be.
    """

    ref: int
    recipient: str
    name: str
    address: str
    representative: str
    items: frozenset[str]
    basis: str
    consented_at: datetime | None
    retain_until: date
    method: ProvisionMethod = ProvisionMethod.INDIVIDUAL
    contract: str = ""
    confirmed: Confirmed | None = None


@dataclass(slots=True, kw_only=True)
class Entry:
    """One operation, as the ledger keeps it; never a value of anybody's data.

    Attributes:
        staff: the member of staff who used the client, as their issuer knows them.
        hidden: users who were named by their ids and do not exist for the requester; nothing of them is in a group.
        sought: the others who were named by their ids and of whom nothing was told; not among those in `groups`.
        consented: what data goes to others on; it is recorded only while that stands.
        lawful: the same of what goes to an authority.
        in_force: whether what data goes to others under is still in force; None where none goes to others.
    """

    at: datetime
    request_id: str
    client: str
    role: str
    purpose: str | None
    recipient: str | None
    operation: str | None
    edition: str
    outcome: Outcome
    code: str | None = None
    reason: str | None = None
    arguments: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    hidden: tuple[Group, ...] = ()
    sought: tuple[int, ...] = ()
    provisions: tuple[ProvisionEntry, ...] = ()
    staff: str | None = None
    consented: Consented | None = None
    lawful: Lawful | None = None
    in_force: Callable[[], bool] | None = None

    @property
    def users(self) -> int:
        """How many people it touched."""
        if len(self.groups) == 1:
            return len(self.groups[0].refs)
        return len({ref for group in self.groups for ref in group.refs})
