"""The export of records of provision: read whole, recorded as an access of its own, and only then told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import IO, Any

import orjson

from api.cli.exporting import Asked, Gathered, Progress, allowed, entry, keep, somebody
from api.cli.shared import CommandError, no_recipient
from api.gateway.doors.ledger import FIELD, NOBODY
from api.gateway.limits import LARGEST_PAGE
from api.gateway.record import Record
from api.gateway.release.basis import Basis
from api.gateway.release.cursor import Cursors
from api.gateway.views.ledger import LedgerView
from api.house import House
from models.cases.register import BASES
from models.day import today_in_japan
from models.inforce import Force
from models.ledger.history import History, ProvisionQuery

DOOR = "Query.provisions"
OPERATION = "provisions export"

GROUNDS = (*(each.value for each in Basis), *BASES)
"""What a provision can rest on, as its record names it."""


async def gather(
    house: House, asked: Asked, query: ProvisionQuery, spool: IO[bytes], progress: Progress
) -> Gathered:
    """Read the records that `asked` and `query` choose, and make the record of this reading durable.

    Raises:
        CommandError: no rule allows it, what was chosen is none, or it could not be recorded; then nothing may be told.
    """
    force = await house.inforce.current()
    requester = await allowed(house, force, asked, DOOR, OPERATION)
    _known(force, query)
    history = History(house.store, house.inforce.bits)
    named = await history.refs([] if asked.user is None else [asked.user])
    ref = None if asked.user is None else next(iter(named), NOBODY)
    today = today_in_japan(asked.at)
    view = LedgerView(history, Cursors(house.settings.secret_key).of(asked.client), today)
    wanted = replace(query, ref=ref, since=asked.since, until=asked.until, today=today, limit=LARGEST_PAGE)
    count = 0
    async for node in _nodes(view, wanted):
        spool.write(orjson.dumps(node) + b"\n")
        count += 1
        progress(count, None)
    record = Record(refused=ref == NOBODY)
    record.touched(view.shown | named, FIELD)
    await keep(house, entry(force, requester, asked, OPERATION, record))
    somebody(asked, ref)
    return Gathered(spool, count, len(view.shown), force.catalogue)


def _known(force: Force, query: ProvisionQuery) -> None:
    """See that a recipient and a ground that were named exist: of none there are no records, and this is no answer."""
    if query.recipient is not None and query.recipient not in force.registry.recipients:
        raise no_recipient(query.recipient)
    if query.basis is not None and query.basis not in GROUNDS:
        raise CommandError(f"`--basis` is no ground: name one of {', '.join(GROUNDS)}")


async def _nodes(view: LedgerView, query: ProvisionQuery) -> AsyncIterator[dict[str, Any]]:
    """Each record in the shape that GraphQL gives it."""
    while found := await view.history.provisions(query):
        people = await view.history.ids(one.ref for one in found)
        for one in found:
            yield view.provision(one, people)
        query = replace(query, before=found[-1].id)
