"""What exports of records share: who asks and why, whether the rules let them, and the record of it before it is told."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import IO, Any

import orjson

from api import logs
from api.cli.shared import CommandError, err, must_exist, reaching, settings
from api.gateway.doors.ledger import NOBODY
from api.gateway.record import Record
from api.gateway.refusal import UNSAID, Refusal, closed
from api.gateway.release.purpose import context_of, declared_purpose, recipient_of
from api.gateway.told import Told
from api.house import House, open_house
from api.tokens.requester import Requester
from models.day import today_in_japan
from models.inforce import Force
from models.ledger.access import Outcome
from models.ledger.entry import Entry
from models.ledger.ledger import LedgerUnavailable
from models.personal import Personal
from policies.vocabulary import Role

ROLES = (Role.AUDITOR, Role.PRIVACY_OFFICER)
"""As whom an operator may read: the first whom the rules allow."""

RECIPIENT = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is exported, why, and by whom; `at` is the moment of the export."""

    purpose: str
    operator: str
    user: str | None
    since: datetime | None
    until: datetime
    at: datetime

    @property
    def client(self) -> str:
        """The operator as the ledger names them; no client can be registered under such a name."""
        return f"cli:{self.operator}"

    def requester(self, role: Role) -> Requester:
        """The operator in a role."""
        return Requester(
            client=self.client,
            role=role.value,
            user=None,
            recipients=(RECIPIENT,),
            expires_at=float("inf"),
            token_id="cli",  # noqa: S106 - no secret: there is no token
        )


Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read and recorded; in the spool it is one JSON object a line, to be told.

    Attributes:
        count: of the records in it.
        people: how many of them are about.
        fields: every field that there is now, by its path.
    """

    spool: IO[bytes]
    count: int
    people: int
    fields: Mapping[str, Personal]

    def records(self) -> Iterator[dict[str, Any]]:
        """Each record, newest first."""
        self.spool.seek(0)
        return map(orjson.loads, self.spool)


@asynccontextmanager
async def house_to_read() -> AsyncIterator[House]:
    """The house of this installation; what it logs goes to standard error, for the export may go to standard output."""
    given = settings()
    must_exist(given)
    logs.start("warning", console=err.is_terminal)
    with reaching():
        async with open_house(given) as house:
            yield house


async def allowed(house: House, force: Force, asked: Asked, door: str, operation: str) -> Requester:
    """The operator in the role that the rules let open this door for this purpose.

    Raises:
        CommandError: they let none; the refusal is recorded.
    """
    refusal = closed(Told("EXPORT_FORBIDDEN", field=door), UNSAID)
    today = today_in_japan(house.clock())
    for role in ROLES:
        requester = asked.requester(role)
        try:
            recipient = recipient_of(force, requester, None)
            purpose = declared_purpose(force, requester, recipient, asked.purpose, today)
        except Refusal as error:
            refusal = error
            continue
        if context_of(force, requester, recipient, purpose).may(door):
            return requester
    await keep(house, entry(force, asked.requester(ROLES[0]), asked, operation, Record(), refusal))
    raise CommandError(f"{refusal.message} ({refusal.code}); the refusal is recorded")


def entry(  # noqa: PLR0913, PLR0917 - what an entry is made of
    force: Force,
    requester: Requester,
    asked: Asked,
    operation: str,
    record: Record,
    refusal: Refusal | None = None,
) -> Entry:
    """The record of an export, or of its refusal."""
    return Entry(
        at=asked.at,
        request_id=token_hex(8),
        client=asked.client,
        role=requester.role,
        purpose=asked.purpose if asked.purpose in force.edition.purposes else None,
        recipient=RECIPIENT,
        operation=operation,
        edition=force.edition.id,
        outcome=Outcome.REFUSED if refusal else record.outcome,
        code=refusal.code.value if refusal else None,
        reason=refusal.reason if refusal else None,
        groups=tuple(record.groups),
    )


def somebody(asked: Asked, ref: int | None) -> None:
    """See that a user who was named is one, once the question stands in the ledger.

    Raises:
        CommandError: they are nobody, which is no word that nothing is on record about them.
    """
    if ref == NOBODY:
        raise CommandError(
            "`--user` is the id of nobody here, so nothing is told: see that it is whole, or look for the person"
            f" with the query `users`; the question stands in the ledger as `{asked.client}`"
        )


async def keep(house: House, made: Entry) -> None:
    """Make the record durable.

    Raises:
        CommandError: it is not, and nothing may be told.
    """
    try:
        await house.ledger.record(made)
    except LedgerUnavailable as error:
        raise CommandError("the export could not be recorded, so nothing is told: try again") from error
