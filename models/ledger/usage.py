"""The usage: what one client asked and of how many people it was told, read from the ledger by its index."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from models.database.store import Reader
from models.day import moment
from models.ledger.access import Outcome
from models.ledger.rows import CLOCK_SHIFT
from models.signed_in import EXCHANGE

DAYS = 30
"""How many days back it goes, today among them."""

JAPAN_MS = 9 * 3_600_000
DAY_MS = 86_400_000
SETTLED = timedelta(hours=1)
"""How long after its end a day may still grow, by operations that began in it."""

MOST_KEPT = 1_000
EPOCH = date(1970, 1, 1)

_COUNTED = f"""CASE
  WHEN role <> 'user' AND (outcome <> 'REFUSED' OR code IN ('FIELD_WITHHELD', 'BAD_INPUT', 'OPERATION_FORBIDDEN'))
    THEN users
  WHEN role = 'user' AND operation = '{EXCHANGE}' AND outcome = 'RELEASED' THEN 1
  ELSE 0
END"""
"""Of how many people one access told, or its refusal; what was refused for the quota, or failed, tells of nobody.

Who reads about themself is nobody's number, but the client that got their token was told of them.
INVARIANT: no client is told of a number that its quota does not count: it would tell who is in a refused answer.
"""

_PEOPLE = f"SUM({_COUNTED})"

_DAYS = f"""
SELECT ((id >> {CLOCK_SHIFT}) + {JAPAN_MS}) / {DAY_MS}, outcome, COUNT(*), {_PEOPLE}
FROM accesses WHERE client = :client AND id >= :since GROUP BY 1, 2 ORDER BY 1
"""
_WINDOWS = f"""
SELECT (id >> {CLOCK_SHIFT}) / :span, {_PEOPLE} FROM accesses
WHERE client = :client AND id >= :since GROUP BY 1
"""
_RECENT = f"""
SELECT id, at, request_id, purpose, recipient, operation, outcome, code, {_COUNTED} FROM accesses
WHERE client = :client ORDER BY id DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class DayUsage:
    """One day in Japan: how many accesses ended how, and how many people they told of, each counted in each."""

    day: date
    released: int = 0
    partly: int = 0
    refused: int = 0
    people: int = 0

    @property
    def requests(self) -> int:
        """How many operations are on record."""
        return self.released + self.partly + self.refused


@dataclass(frozen=True, slots=True)
class RecentAccess:
    """One access without anybody's id; `users` are those it told of."""

    id: int
    at: datetime
    request_id: str
    purpose: str | None
    recipient: str | None
    operation: str | None
    outcome: Outcome
    code: str | None
    users: int


class Usages:
    """Reads usage; days that grow no more are read once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._settled: dict[str, tuple[int, tuple[DayUsage, ...]]] = {}

    async def days(self, client: str, now: datetime) -> tuple[DayUsage, ...]:
        """The days with accesses, the oldest first."""
        first, settled = _day(now) - DAYS + 1, _day(now - SETTLED)
        known_to, known = self._settled.get(client, (first, ()))
        since = max(first, known_to)
        found = await self._reader.fetch(_DAYS, {"client": client, "since": _first_id(since)})
        counts: dict[int, dict[str, int]] = {}
        for day, outcome, accesses, people in found:
            told = counts.setdefault(day, {"people": 0})
            told[Outcome(outcome).value.lower()] = accesses
            told["people"] += int(people)
        read = tuple(DayUsage(_date(day), **told) for day, told in counts.items())
        every = tuple(each for each in (*known, *read) if each.day >= _date(first))
        if len(self._settled) >= MOST_KEPT:
            self._settled.clear()
        self._settled[client] = (settled, tuple(each for each in every if each.day < _date(settled)))
        return every

    async def recent(self, client: str, limit: int) -> list[RecentAccess]:
        """Its latest accesses, newest first."""
        rows = await self._reader.fetch(_RECENT, {"client": client, "limit": limit})
        return [
            RecentAccess(
                id=row[0],
                at=moment(row[1]),
                request_id=row[2],
                purpose=row[3],
                recipient=row[4],
                operation=row[5],
                outcome=Outcome(row[6]),
                code=row[7],
                users=row[8],
            )
            for row in rows
        ]

    async def people_by_window(self, client: str, seconds: int, now: datetime) -> tuple[int, int]:
        """The people told in the span of so many seconds since the epoch before this one, and in this one."""
        window = int(now.timestamp() // seconds)
        since = (window - 1) * seconds * 1000 << CLOCK_SHIFT
        found = await self._reader.fetch(_WINDOWS, {"client": client, "since": since, "span": seconds * 1000})
        told = {row[0]: int(row[1]) for row in found}
        return told.get(window - 1, 0), sum(people for each, people in told.items() if each >= window)


def since(now: datetime) -> datetime:
    """When the first of the days began."""
    return datetime.fromtimestamp(((_day(now) - DAYS + 1) * DAY_MS - JAPAN_MS) / 1000, UTC)


def _day(at: datetime) -> int:
    return (int(at.timestamp() * 1000) + JAPAN_MS) // DAY_MS


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def _first_id(day: int) -> int:
    return day * DAY_MS - JAPAN_MS << CLOCK_SHIFT
