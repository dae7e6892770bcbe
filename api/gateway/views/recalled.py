"""The recalled: the standing on which an access of the ledger was decided, told like the ledger itself.

A question about a record is asked with the standing on record where its purpose opens the ledger. That tells of the
people in it, so they are on record as shown before anything is answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.gateway.doors.ledger import FIELD
from api.gateway.record import Record
from api.gateway.refusal import Code, Refusal, closed
from api.gateway.release.context import Context
from api.gateway.told import Told
from models.database.store import Reader
from models.ledger.decided import read_decided
from models.ledger.rows import LARGEST_ID
from policies.known import Known
from policies.vocabulary import Action, Standing

DOOR = "explain"
GUARD = "Query.accesses"
LONGEST_NUMBER = len(str(LARGEST_ID))


@dataclass(frozen=True, slots=True)
class Recalled:
    """On what an access was decided, and for whom."""

    recipient: str | None
    known: Known

    def true(self, role: str) -> Standing:
        """The facts that were true; those that were not looked at count as not."""
        return frozenset(fact for fact, is_so in self.known.facts(role).items() if is_so)

    @property
    def kinds(self) -> Mapping[str, str]:
        """The group that the recipient was in then, where it is none itself."""
        return {self.recipient: self.known.kind} if self.recipient and self.known.kind else {}


def recalls(name: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a root field asks with the standing of a record: it names an access and no facts."""
    return name == DOOR and bool(arguments.get("access")) and not arguments.get("facts")


async def recall(reader: Reader, context: Context, arguments: Mapping[str, Any], record: Record) -> Recalled:
    """What the record holds; whoever is in it is shown by it.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` where the purpose does not open the ledger, `BAD_INPUT` for no access, or for
            one that holds no standing, or several.
    """
    if not context.may(GUARD) or not context.clearance.in_scope(FIELD):
        raise closed(Told("ACCESSES_CLOSED"), context.why_closed(GUARD), field=GUARD)
    number = access_number(arguments["access"])
    found = None if number is None else await read_decided(reader, number)
    if found is None:
        raise Refusal(Code.BAD_INPUT, Told("ACCESS_UNKNOWN"), argument="access")
    known = found.one(asked_of(arguments)[1])
    if known is None:
        raise Refusal(Code.BAD_INPUT, Told("STANDING_NOT_ONE"), argument="facts")
    record.touched(found.refs, FIELD, context.guarded(GUARD))
    return Recalled(found.recipient, known)


def asked_of(arguments: Mapping[str, Any]) -> tuple[str, str]:
    """The access, and the action that is asked about."""
    action = arguments.get("action") or Action.READ
    return arguments["access"], str(getattr(action, "value", action))


def access_number(text: str) -> int | None:
    """The number of an access, or None for what is none."""
    number = int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None
    return number if number is not None and number <= LARGEST_ID else None
