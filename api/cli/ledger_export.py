"""The export of the ledger: read whole, recorded as an access of its own, and only then told.

What was read waits in a temporary file without a name, so that exactly what is told is what was recorded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import IO, Any

import orjson

from api.cli.shared import CommandError
from api.gateway.cursor import Cursors
from api.gateway.ledger_door import FIELD, NOBODY
from api.gateway.ledger_view import LedgerView
from api.gateway.limits import LARGEST_PAGE
from api.gateway.purpose import context_of, declared_purpose, recipient_of
from api.gateway.record import Record
from api.gateway.refusal import UNSAID, Refusal, closed
from api.gateway.told import Told
from api.house import House
from api.tokens.requester import Requester
from models.access import Outcome
from models.day import today_in_japan
from models.entry import Entry
from models.history import AccessQuery, History
from models.inforce import Force
from models.ledger import LedgerUnavailable
from policies.vocabulary import Role

ROLES = (Role.AUDITOR, Role.PRIVACY_OFFICER)
"""As whom an operator may read: the first whom the rules allow."""

RECIPIENT = "internal"
DOOR = "Query.accesses"
OPERATION = "ledger export"
Progress = Callable[[int, int | None], None]


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


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read and recorded; in the spool it is one JSON object a line, to be told."""

    spool: IO[bytes]
    accesses: int
    people: int

    def records(self) -> Iterator[dict[str, Any]]:
        """Each access, newest first."""
        self.spool.seek(0)
        return map(orjson.loads, self.spool)


async def gather(house: House, asked: Asked, spool: IO[bytes], progress: Progress) -> Gathered:
    """Read the accesses and make the record of this reading durable.

    Raises:
        CommandError: no rule allows it, or it could not be recorded; then nothing may be told.
    """
    force = await house.inforce.current()
    requester = await _allowed(house, force, asked)
    history = History(house.store, house.inforce.bits)
    named = await history.refs([] if asked.user is None else [asked.user])
    ref = None if asked.user is None else next(iter(named), NOBODY)
    view = LedgerView(
        history, Cursors(house.settings.secret_key).of(asked.client), today_in_japan(asked.at), only=ref
    )
    count = 0
    total = await _total(house, asked)
    async for node in _nodes(view, asked, ref):
        spool.write(orjson.dumps(node) + b"\n")
        count += 1
        progress(count, total)
    record = Record(refused=ref == NOBODY)
    record.touched(view.shown | named, FIELD)
    await _record(house, _entry(force, requester, asked, record))
    return Gathered(spool, count, len(view.shown))


async def _allowed(house: House, force: Force, asked: Asked) -> Requester:
    """The operator in the role that the rules let read the ledger for this purpose.

    Raises:
        CommandError: they let none; the refusal is recorded.
    """
    refusal = closed(Told("EXPORT_FORBIDDEN", field=DOOR), UNSAID)
    for role in ROLES:
        requester = asked.requester(role)
        try:
            recipient = recipient_of(force, requester, None)
            purpose = declared_purpose(force, requester, recipient, asked.purpose)
        except Refusal as error:
            refusal = error
            continue
        if context_of(force, requester, recipient, purpose).may(DOOR):
            return requester
    await _record(house, _entry(force, asked.requester(ROLES[0]), asked, Record(), refusal))
    raise CommandError(f"{refusal.message} ({refusal.code}); the refusal is recorded")


async def _nodes(view: LedgerView, asked: Asked, ref: int | None) -> Any:  # noqa: ANN401 - an asynchronous iterator
    """Each access with all of its releases, in the shape that GraphQL gives them."""
    query = AccessQuery(ref=ref, since=asked.since, until=asked.until)
    after: str | None = None
    while True:
        page = await view.accesses(query, first=LARGEST_PAGE, after=after, releases=True)
        for edge in page["edges"]:
            yield {**edge["node"], "releases": _releases(edge["node"]["releases"])}
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _releases(read: Callable[..., dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    after: str | None = None
    while True:
        page = read(first=LARGEST_PAGE, after=after)
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def _total(house: House, asked: Asked) -> int | None:
    """How many accesses there are to read; not counted for one person, who has few."""
    if asked.user is not None:
        return None
    since = "" if asked.since is None else " AND a.at >= :since"
    rows = await house.store.fetch(
        f"SELECT COUNT(*) FROM accesses a WHERE a.at < :until{since}",
        {"until": asked.until, "since": asked.since},
    )
    return int(rows[0][0])


def _entry(
    force: Force, requester: Requester, asked: Asked, record: Record, refusal: Refusal | None = None
) -> Entry:
    return Entry(
        at=asked.at,
        request_id=token_hex(8),
        client=asked.client,
        role=requester.role,
        purpose=asked.purpose if asked.purpose in force.edition.purposes else None,
        recipient=RECIPIENT,
        operation=OPERATION,
        edition=force.edition.id,
        outcome=Outcome.REFUSED if refusal else record.outcome,
        code=refusal.code.value if refusal else None,
        reason=refusal.reason if refusal else None,
        groups=tuple(record.groups),
    )


async def _record(house: House, entry: Entry) -> None:
    try:
        await house.ledger.record(entry)
    except LedgerUnavailable as error:
        raise CommandError("the export could not be recorded, so nothing is told: try again") from error
