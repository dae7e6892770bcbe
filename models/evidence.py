"""The evidence read from the ledger: what was used of the rules in the last days, and a draft without the rest."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

import orjson

from models.database.store import Reader
from models.day import moment
from models.replay import Progress, Span, chunks, read_setting
from policies.edition import Edition
from policies.evidence.age import Row, held
from policies.evidence.evidence import Evidence, Weighing
from policies.evidence.weighed import Weighed, weighed

_SCOPES = "SELECT id, scopes FROM clients WHERE active ORDER BY id"
_LATEST = "SELECT MAX(number) FROM editions WHERE id = :id"
_EARLIER = """
SELECT number, canonical, published_at FROM editions WHERE number <= :number ORDER BY number DESC LIMIT 1
"""

Held = Callable[[str, Sequence[Row]], Awaitable[frozenset[Row]]]
"""Which of some rules an edition holds, by its text."""


async def weigh(
    reader: Reader, edition: Edition, span: Span, progress: Progress = lambda _count, _share: None
) -> Weighed:
    """The accesses of a span put beside an edition that was published, weighed in this process."""
    setting = await read_setting(reader, edition.canonical(), span.since)
    weighing = Weighing(setting)
    found = Evidence()
    async for chunk in chunks(reader, span):
        found.merge(weighing.evidence(chunk.rows))
        progress(found.accesses, chunk.share)
    rows = [rule.casbin_row() for rule in edition.rules]
    ages = await read_ages(reader, edition.id, rows, _held)
    return weighed(found, edition, await read_scopes(reader), ages, span.since)


async def _held(canonical: str, rows: Sequence[Row]) -> frozenset[Row]:
    return held(canonical, rows)


async def read_scopes(reader: Reader) -> dict[str, list[str]]:
    """The words that narrow each active client, by its id."""
    rows = await reader.fetch(_SCOPES, {})
    return {row[0]: row[1] if isinstance(row[1], list) else orjson.loads(row[1] or "[]") for row in rows}


async def read_ages(reader: Reader, edition: str, rows: Sequence[Row], find: Held) -> dict[str, datetime]:
    """Since when each of these rules of an edition has been in force as it is, by its id; one edition is read at once."""
    ages: dict[str, datetime] = {}
    left = list(rows)
    async for canonical, published in _back(reader, edition):
        same = await find(canonical, left)
        left = [row for row in left if row in same]
        if not left:
            break
        ages |= dict.fromkeys((row[0] for row in left), published)
    return ages


async def _back(reader: Reader, edition: str) -> AsyncIterator[tuple[str, datetime]]:
    """The edition when it was last put in force, and those before it, each with when that was."""
    ((number,),) = await reader.fetch(_LATEST, {"id": edition})
    while number is not None and (rows := await reader.fetch(_EARLIER, {"number": number})):
        ((found, canonical, published),) = rows
        yield canonical, moment(published)
        number = found - 1
