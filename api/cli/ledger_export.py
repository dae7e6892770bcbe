"""The export of the ledger: read whole, recorded as an access of its own, and only then told.

What was read waits in a temporary file without a name, so that exactly what is told is what was recorded.
"""

from collections.abc import Callable
from typing import IO, Any

import orjson

from api.cli.exporting import Asked, Gathered, Progress, allowed, entry, keep, somebody
from api.gateway.doors.ledger import FIELD, NOBODY
from api.gateway.limits import LARGEST_PAGE
from api.gateway.record import Record
from api.gateway.release.cursor import Cursors
from api.gateway.views.ledger import READ_APART, LedgerView
from api.house import House
from models.day import today_in_japan
from models.ledger.history import AccessQuery, History

DOOR = "Query.accesses"
OPERATION = "ledger export"


async def gather(house: House, asked: Asked, spool: IO[bytes], progress: Progress) -> Gathered:
    """Read the accesses and make the record of this reading durable.

    Raises:
        CommandError: no rule allows it, the user is nobody, or it could not be recorded; then nothing may be told.
    """
    force = await house.inforce.current()
    requester = await allowed(house, force, asked, DOOR, OPERATION)
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
    await keep(house, entry(force, requester, asked, OPERATION, record))
    somebody(asked, ref)
    return Gathered(spool, count, len(view.shown), force.catalogue)


async def _nodes(view: LedgerView, asked: Asked, ref: int | None) -> Any:  # noqa: ANN401 - an asynchronous iterator
    """Each access with all of its releases, in the shape that GraphQL gives them."""
    query = AccessQuery(ref=ref, since=asked.since, until=asked.until)
    after: str | None = None
    while True:
        page = await view.accesses(query, first=LARGEST_PAGE, after=after, parts=READ_APART)
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
