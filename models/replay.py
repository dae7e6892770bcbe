"""The replay read from the ledger: accesses in chunks, and all that deciding them again needs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
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

WHO: Final = ("client", "role", "purpose", "recipient")
"""The parts of a line that an access has as a whole."""

LATE: Final = timedelta(hours=1)
"""How long an operation may go on under the edition it began with, and clocks be apart; far more than either is."""

_ACCESSES = """
SELECT id, client, role, purpose, recipient, edition, outcome, code, arguments, groups, refs FROM accesses
WHERE id > :after AND id < :before AND purpose IS NOT NULL{only} ORDER BY id LIMIT :limit
"""
_OF_A_LINE = """
 AND client = :client AND role = :role AND purpose = :purpose AND COALESCE(recipient, '') = :recipient
"""
_EDITIONS = """
SELECT id, canonical FROM editions
WHERE number >= (SELECT COALESCE(MAX(number), 0) FROM editions WHERE published_at <= :since)
"""
_KINDS = "SELECT id, kind FROM recipients"
_BITS = "SELECT path, bit FROM catalogue"

Find = Callable[[Sequence[AccessRow]], Awaitable[Iterable[int]]]
"""The references of those in some accesses whom a line is about."""

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


async def chunks(
    reader: Reader, span: Span, size: int = CHUNK, *, line: Line | None = None, last: int = LARGEST_ID
) -> AsyncIterator[Chunk]:
    """The accesses of a span that declared a purpose; on PostgreSQL no other month is read.

    Where a `line` is named, only those it can be about; none of a number above `last`.
    """
    after, before = span.first - 1, min(span.end, last + 1)
    whole = max(span.end - SLOWEST - span.first, 1)
    sql = _ACCESSES.format(only="" if line is None else _OF_A_LINE)
    named = {} if line is None else {name: getattr(line, name) for name in WHO}
    while True:
        values = {**named, "after": after, "before": before, "limit": size}
        found = await reader.fetch(sql, values)
        if found:
            after = found[-1][0]
        over = len(found) < size
        rows = [
            AccessRow(row[0], _day(_days(row[0])), *row[1:10], refs=bytes(row[10]))  # type: ignore[misc]
            for row in found
        ]
        yield Chunk(rows, 1.0 if over else min((after - span.first) / whole, 1.0))
        if over:
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


async def people_of(  # noqa: PLR0913 - which page of whom, and who finds them
    reader: Reader, span: Span, line: Line, find: Find, *, last: int = LARGEST_ID, after: int = 0, size: int
) -> tuple[int, ...]:
    """A page of those whom one line of a replay is about: the lowest references above `after`.

    Personal data: whoever is shown them must be one who may read the ledger, for a declared purpose, and they are on
    record like anybody shown in the ledger.
    """
    found: set[int] = set()
    async for chunk in chunks(reader, span, line=line, last=last):
        found.update(ref for ref in await find(chunk.rows) if ref > after)
        found = set(nsmallest(size, found))
    return tuple(sorted(found))
