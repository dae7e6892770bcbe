"""The replay read from the ledger: accesses in chunks, and all that deciding them again needs."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import nsmallest
from typing import Final

from models.database.store import Reader
from models.ledger.rows import CLOCK_SHIFT, LARGEST_ID, SLOWEST, first_id
from models.ledger.usage import DAY_MS, EPOCH, JAPAN_MS
from policies.edition import Edition
from policies.replay.replay import Replay, Setting
from policies.replay.row import AccessRow, by_bit
from policies.replay.tally import Line, Tally

CHUNK: Final = 5_000
"""How many accesses are read at once: some megabytes, and some tens of milliseconds to decide again."""

MOST_PEOPLE: Final = 1_000
"""How many people a page of those behind one line holds."""

LATE: Final = timedelta(hours=1)
"""How long an operation may go on under the edition it began with, and clocks be apart; far more than either is."""

_ACCESSES = """
SELECT id, client, role, purpose, recipient, edition, outcome, code, arguments, groups, refs FROM accesses
WHERE id > :after AND id < :before AND purpose IS NOT NULL ORDER BY id LIMIT :limit
"""
_EDITIONS = """
SELECT id, canonical FROM editions
WHERE number >= (SELECT COALESCE(MAX(number), 0) FROM editions WHERE published_at <= :since)
"""
_KINDS = "SELECT id, kind FROM recipients"
_BITS = "SELECT path, bit FROM catalogue"

Progress = Callable[[int, float], None]
"""Told after each chunk: how many accesses were read, and which share of the time is behind."""


@dataclass(frozen=True, slots=True)
class Span:
    """The accesses from a time on, until another, by their own times to within an hour."""

    since: datetime
    until: datetime

    @property
    def first(self) -> int:
        """The lowest number an access in it can have."""
        return first_id(self.since)

    @property
    def end(self) -> int:
        """The number that those in it are below."""
        return min(first_id(self.until) + SLOWEST, LARGEST_ID)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some accesses, in the order of their numbers, and which share of the span's time is behind with them."""

    rows: list[AccessRow]
    share: float


async def read_setting(reader: Reader, draft: str, since: datetime) -> Setting:
    """All that a replay of the accesses since then needs beside them; `draft` in its canonical form."""
    editions = await reader.fetch(_EDITIONS, {"since": since - LATE})
    kinds = await reader.fetch(_KINDS, {})
    bits = await reader.fetch(_BITS, {})
    return Setting(
        draft=draft,
        editions={row[0]: row[1] for row in editions},
        kinds={row[0]: row[1] for row in kinds},
        paths=by_bit((row[0], row[1]) for row in bits),
    )


async def chunks(reader: Reader, span: Span, size: int = CHUNK) -> AsyncIterator[Chunk]:
    """The accesses of a span that declared a purpose; on PostgreSQL no other month is read."""
    after, whole = span.first - 1, max(span.end - SLOWEST - span.first, 1)
    while True:
        found = await reader.fetch(_ACCESSES, {"after": after, "before": span.end, "limit": size})
        if found:
            after = found[-1][0]
        last = len(found) < size
        rows = [
            AccessRow(row[0], _day(_days(row[0])), *row[1:10], refs=bytes(row[10]))  # type: ignore[misc]
            for row in found
        ]
        yield Chunk(rows, 1.0 if last else min((after - span.first) / whole, 1.0))
        if last:
            return


def _days(number: int) -> int:
    """The day in Japan of an access, counted from 1970."""
    return ((number >> CLOCK_SHIFT) + JAPAN_MS) // DAY_MS


@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    day: date = EPOCH + timedelta(days=days)
    return day.isoformat()


async def replay(
    reader: Reader, draft: Edition, span: Span, progress: Progress = lambda _count, _share: None
) -> Tally:
    """What the accesses of a span would gain and lose under a draft, decided in this process."""
    deciding = Replay(await read_setting(reader, draft.canonical(), span.since))
    found = Tally()
    async for chunk in chunks(reader, span):
        found.merge(deciding.tally(chunk.rows))
        progress(found.accesses, chunk.share)
    return found


async def people_of(
    reader: Reader, draft: Edition, span: Span, line: Line, after: int = 0
) -> Mapping[int, str | None]:
    """A page of those whom one line of a replay is about: references above `after`, with users' ids while linked.

    Personal data: whoever is shown them must be one who may read the ledger, for a declared purpose, and they are on
    record like anybody shown in the ledger.
    """
    deciding = Replay(await read_setting(reader, draft.canonical(), span.since))
    found: set[int] = set()
    async for chunk in chunks(reader, span):
        found.update(ref for ref in deciding.people(chunk.rows, line) if ref > after)
        found = set(nsmallest(MOST_PEOPLE, found))
    listed = ", ".join(str(int(ref)) for ref in found) or "0"
    rows = await reader.fetch(f"SELECT ref, id FROM users WHERE ref IN ({listed})", {})
    ids = {row[0]: row[1] for row in rows}
    return {ref: ids.get(ref) for ref in sorted(found)}
