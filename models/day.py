"""The day: what dates mean here, which is the day in Japan."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def today_in_japan(now: datetime) -> date:
    """The day it is in Japan at this time."""
    return now.astimezone(JAPAN).date()


def in_japan(at: datetime) -> str:
    """A time as a person in Japan reads it, to the minute, with its zone; what no calendar holds there stays in UTC."""
    try:
        return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M} JST"
    except OverflowError:
        return f"{at:%Y-%m-%d %H:%M} UTC"


def day_of(value: Any) -> date | None:  # noqa: ANN401 - a date of either dialect
    """A date as either dialect gives it."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(value)


def moment(value: Any) -> datetime:  # noqa: ANN401 - a time of either dialect
    """A time as either dialect gives it, in UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)
