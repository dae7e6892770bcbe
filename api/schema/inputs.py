"""The inputs of lists: what users can be filtered and sorted by."""

from datetime import datetime
from typing import Any

import strawberry

from api.gateway.release.filter import PATHS, OrderName
from api.schema.eligibility import WorkEligibility

strawberry.enum(
    OrderName,
    name="UserOrder",
    description="The order of a list; sorting by a field needs the right to read it",
)


@strawberry.input(description="A test of a text; both parts are required where both are given")
class TextFilter:
    """A text."""

    eq: str | None = strawberry.field(default=strawberry.UNSET, description="Is this text")
    in_: list[str] | None = strawberry.field(
        name="in", default=strawberry.UNSET, description="Is one of these texts"
    )


@strawberry.input(description="A test of a time; every given part is required")
class TimeFilter:
    """A time."""

    eq: datetime | None = strawberry.field(default=strawberry.UNSET, description="Is this time")
    in_: list[datetime] | None = strawberry.field(
        name="in", default=strawberry.UNSET, description="Is one of these times"
    )
    gte: datetime | None = strawberry.field(default=strawberry.UNSET, description="Is this time or later")
    lt: datetime | None = strawberry.field(default=strawberry.UNSET, description="Is before this time")


@strawberry.input(description="A test of work eligibility; both parts are required where both are given")
class EligibilityFilter:
    """An eligibility."""

    eq: WorkEligibility | None = strawberry.field(default=strawberry.UNSET, description="Is this")
    in_: list[WorkEligibility] | None = strawberry.field(
        name="in", default=strawberry.UNSET, description="Is one of these"
    )


def _by(part: str, like: str) -> Any:  # noqa: ANN401 - Strawberry's own type for a field
    """A part of the filter, with the field it looks at and a value of that field."""
    return strawberry.field(default=strawberry.UNSET, description=f"By `{PATHS[part]}`, such as `{like}`")


@strawberry.input(
    description="Which users; every part is required, and each needs the right to read its field"
)
class UserFilter:
    """A filter."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Only users with one of these ids"
    )
    email: TextFilter | None = _by("email", "hanako@example.jp")
    phone: TextFilter | None = _by("phone", "+819012345678")
    prefecture: TextFilter | None = _by("prefecture", "JP-13")
    nationality: TextFilter | None = _by("nationality", "VN")
    age_band: TextFilter | None = _by("ageBand", "25-29")
    work_eligibility: EligibilityFilter | None = _by("workEligibility", "ELIGIBLE")
    registered_at: TimeFilter | None = _by("registeredAt", "2026-11-22T09:00:00+09:00")
