"""One run of an operation: who asks, what was decided, what happened; resolvers find it in `info.context`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from api.fair.fair import Fair
from api.fair.quotas import NEAR
from api.gateway.counted import Counted
from api.gateway.deadline import Deadline
from api.gateway.documents.bill import Bill
from api.gateway.documents.selection import Root
from api.gateway.record import Record
from api.gateway.refusal import PathStep
from api.gateway.release.context import Context
from api.gateway.release.door import Asking, Finished
from api.gateway.request import Request
from api.gateway.views.ledger import JAPAN
from api.gateway.views.recalled import Recalled
from api.tokens.requester import Requester
from models.inforce import Force, InForce
from models.ledger.access import Outcome
from models.ledger.entry import Entry
from models.ledger.usage import Usages
from models.registry import KnownRecipient

LONGEST_NAME = 120


class Outdated(Exception):  # noqa: N818 - it names the state
    """What an operation was decided under is no longer in force; it must be decided again."""


@dataclass(frozen=True, slots=True)
class Step:
    """One root field, decided."""

    root: Root
    arguments: Mapping[str, Any]
    asking: Asking | None


@dataclass(slots=True, kw_only=True)
class Running:
    """What is known of an operation; parts are filled in as the journey goes on.

    Attributes:
        force: the edition and the registry it is decided under, from its beginning to its end.
        recipient: to whom the answer goes, once it is settled.
        purpose: the declared purpose, if there is one of that name.
        context: the decisions, with the purpose where personal data is asked for.
        plain: the same requester's decisions without a purpose, for registers.
        finished: the released values by response key.
        deadline: when it is given up.
        counted: what was counted of the request, in this deciding and those before.
        production: the installation is no place to try things.
        recalled: what accesses of the ledger were decided on, by id and the action asked about, where that may be told.
        beside: records of what goes to others because of this operation, kept with its own.
        text: the document that the request means, whether it came whole or by its hash.
        bill: what its long lists cost.
        registered: it changed a register itself, which it cannot be outdated by.
    """

    requester: Requester
    request: Request
    inforce: InForce
    fair: Fair
    usages: Usages
    force: Force
    at: datetime
    recipient: KnownRecipient | None = None
    purpose: str | None = None
    operation: str | None = None
    text: str = ""
    bill: Bill = field(default_factory=Bill)
    production: bool = True
    context: Context = field(init=False)
    plain: Context = field(init=False)
    record: Record = field(default_factory=Record)
    finished: dict[str, Finished] = field(default_factory=dict)
    beside: list[Entry] = field(default_factory=list)
    recalled: dict[tuple[str, str | None], Recalled] = field(default_factory=dict)
    deadline: Deadline
    counted: Counted = field(default_factory=Counted)
    registered: bool = False

    @property
    def today(self) -> date:
        """The day in Japan."""
        return self.at.astimezone(JAPAN).date()

    async def renew(self) -> None:
        """Go on under what is in force now that the database has answered, or not at all.

        So before the record is made, and after: where that took long, it tells of an answer that nobody got.

        Raises:
            Outdated: it is not what the operation was decided under.
            PolicyUnavailable: it is not known.
        """
        force = await self.inforce.current()
        if self.registered and force.edition is self.force.edition:
            self.force = force
        if force is not self.force:
            raise Outdated

    def hold(self) -> None:
        """As `renew`, inside a transaction, where asking the database for more would wait for a second connection.

        Raises:
            Outdated: another edition or registry was read, or the lease is over.
        """
        if not self.inforce.holds(self.force):
            raise Outdated

    async def finish(self) -> None:
        """Give up now or never: from here on the record is made, and what it tells must be what is answered."""
        await self.deadline.end()

    def withheld(self) -> Sequence[tuple[tuple[PathStep, ...], str]]:
        """Each place at which something was withheld, with the field, once."""
        return tuple(dict.fromkeys(place for part in self.record.released for place in part.withheld))

    def entry(self) -> Entry:
        """The record of what was done."""
        record = self.record
        hidden, sought = record.in_vain()
        return self._entry(
            outcome=record.outcome,
            reason=self._mark,
            arguments=frozenset(record.arguments),
            groups=record.everybody(),
            hidden=hidden,
            sought=sought,
            provisions=record.provisions(self.context, self.at),
            consented=record.consented(self.context),
            lawful=record.lawful(self.context, self.at, again=self.counted.fallen),
            in_force=self._in_force if self.context.outside and record.gives else None,
        )

    def _in_force(self) -> bool:
        return self.inforce.holds(self.force)

    def refused(self, code: str, reason: str | None) -> Entry:
        """The record of a refusal; the mark of one that came near a quota goes before its reason."""
        hidden, sought = self.record.in_vain()
        return self._entry(
            outcome=Outcome.REFUSED,
            code=code,
            reason=self._mark or reason,
            arguments=frozenset(self.record.arguments),
            groups=self.record.unanswered(),
            hidden=hidden,
            sought=sought,
        )

    @property
    def _mark(self) -> str | None:
        return NEAR if self.counted.near else None

    def _entry(self, **more: Any) -> Entry:  # noqa: ANN401 - the other fields of an entry
        return Entry(
            at=self.at,
            request_id=self.request.id,
            client=self.requester.client,
            role=self.requester.role,
            staff=self.requester.staff,
            purpose=self.purpose,
            recipient=self.recipient.id if self.recipient else None,
            operation=self.operation and self.operation[:LONGEST_NAME],
            edition=self.force.edition.id,
            **more,
        )
