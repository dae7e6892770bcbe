"""The moment and the day: a time with its offset, so that it means the same on every machine, and a date of Japan."""

from datetime import UTC, date, datetime

import strawberry

YEARS = range(1_000, 9_999)
"""The years in which every zone has its days and no database takes a time for infinity."""


def moment(value: object) -> datetime:
    """A moment in UTC, from ISO 8601 with an offset.

    Raises:
        ValueError: it is none, has no offset, or is out of `YEARS`.
    """
    found = datetime.fromisoformat(value) if isinstance(value, str) else None
    if found is None or found.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    if found.year not in YEARS:
        raise ValueError("a time is out of range")
    return found.astimezone(UTC)


def day(value: object) -> date:
    """A day, from ISO 8601.

    Raises:
        ValueError: it is none, or is out of `YEARS`.
    """
    found = date.fromisoformat(value) if isinstance(value, str) else None
    if found is None or found.year not in YEARS:
        raise ValueError("a date is a text, and not out of range")
    return found


MOMENT = strawberry.scalar(
    name="DateTime",
    description="A time with its offset from UTC, such as `2026-11-22T09:00:00+09:00`",
    serialize=datetime.isoformat,
    parse_value=moment,
)
DAY = strawberry.scalar(
    name="Date",
    description="A day in Japan, such as `2026-11-22`",
    serialize=date.isoformat,
    parse_value=day,
)
