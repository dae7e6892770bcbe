"""The recalled: the standing on which an access of the ledger was decided, told like the ledger itself.

A question about a record is asked with the standing on record where its purpose opens the ledger. That tells of the
people in it, so they are on record as shown before anything is answered.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.gateway.doors.ledger import FIELD
from api.gateway.record import Record
from api.gateway.refusal import Code, Refusal, closed
from api.gateway.release.context import Context
from api.gateway.release.purpose import purpose_context
from api.gateway.told import Told
from api.tokens.requester import Requester
from models.database.store import Reader
from models.formats.wrong import Sentence
from models.ledger.decided import Decided, read_decided
from models.ledger.rows import LARGEST_ID
from policies.known import Known
from policies.vocabulary import NONE_PURPOSE, Standing

DOOR = "explain"
GUARD = "Query.accesses"
LONGEST_NUMBER = len(str(LARGEST_ID))


@dataclass(frozen=True, slots=True)
class Recalled:
    """On what an access was decided, what was done, and for whom."""

    recipient: str | None
    known: Known

    @property
    def action(self) -> str:
        """What was done."""
        return self.known.action

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
        Refusal: `OPERATION_FORBIDDEN` where the purpose does not open the ledger, `BAD_INPUT` for no access, for a
            question that is not the record's, or for a record that holds no standing, or several.
    """
    if not _opens(context):
        raise closed(Told("ACCESSES_CLOSED"), context.why_closed(GUARD), field=GUARD)
    number = access_number(arguments["access"])
    found = None if number is None else await read_decided(reader, number)
    if found is None:
        raise Refusal(Code.BAD_INPUT, Told("ACCESS_UNKNOWN"), argument="access")
    _, action = asked_of(arguments)
    unlike = next(_unlike(found, arguments, action), None)
    if unlike is not None:
        argument, held = unlike
        raise Refusal(
            Code.BAD_INPUT, Told("QUESTION_OF_ANOTHER", argument=argument, held=held), argument=argument
        )
    known = found.one(action or next(iter(found.actions), ""))
    if known is None:
        raise Refusal(Code.BAD_INPUT, Told("STANDING_NOT_ONE"), argument="facts")
    record.touched(found.refs, FIELD, context.guarded(GUARD))
    return Recalled(found.recipient, known)


def untold(context: Context, requester: Requester, today: date) -> Refusal:
    """The refusal of a question about a record without a purpose and facts: no standing is looked at."""
    named = [
        Sentence(f"`{each}`", f"`{each}`")
        for each in sorted(context.force.edition.purposes)
        if _opened_for(context, requester, each, today)
    ]
    told = Told("STANDING_UNDECLARED", purposes=named) if named else Told("STANDING_CLOSED")
    return Refusal(Code.BAD_INPUT, told, argument="facts")


def asked_of(arguments: Mapping[str, Any]) -> tuple[str, str | None]:
    """The access, and the action that is asked about, if one is named."""
    action = arguments.get("action")
    return arguments["access"], None if action is None else str(getattr(action, "value", action))


def _opens(context: Context) -> bool:
    return bool(context.may(GUARD)) and context.clearance.in_scope(FIELD)


def _opened_for(plain: Context, requester: Requester, purpose: str, today: date) -> bool:
    """Whether the requester may declare this purpose, and it opens the ledger."""
    with suppress(Refusal):
        return _opens(purpose_context(plain.force, requester, plain.recipient, purpose, today))
    return False


def _unlike(found: Decided, arguments: Mapping[str, Any], action: str | None) -> Iterator[tuple[str, str]]:
    """Each argument by which a question is not the record's, with what the record holds."""
    held = {"role": found.role, "purpose": found.purpose, "recipient": found.recipient}
    for argument, was in held.items():
        if arguments[argument] != was:
            yield argument, was or NONE_PURPOSE
    done = found.actions
    if action is not None and done and action not in done:
        yield "action", "`, `".join(each.upper() for each in done)


def access_number(text: str) -> int | None:
    """The number of an access, or None for what is none."""
    number = int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None
    return number if number is not None and number <= LARGEST_ID else None
