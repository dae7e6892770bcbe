"""The moment: a time with its offset, so that it means the same on every machine."""

from datetime import UTC, datetime

import strawberry


def moment(value: object) -> datetime:
    """A moment in UTC, from ISO 8601 with an offset.

    Raises:
        ValueError: it is none, has no offset, or leaves the years 1 to 9999 in UTC.
    """
    found = datetime.fromisoformat(value) if isinstance(value, str) else None
    if found is None or found.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time is out of range") from error


MOMENT = strawberry.scalar(
    name="DateTime",
    description="A time with its offset from UTC, such as `2026-11-22T09:00:00+09:00`",
    serialize=datetime.isoformat,
    parse_value=moment,
)
