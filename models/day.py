"""The day: what dates mean here, which is the day in Japan."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def today_in_japan(now: datetime) -> date:
    """The day it is in Japan at this time."""
    return now.astimezone(JAPAN).date()


def day_of(value: Any) -> date | None:  # noqa: ANN401 - a date of either dialect
    """A date as either dialect gives it."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(value)
