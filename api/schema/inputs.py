"""The inputs of lists: what users can be filtered and sorted by."""

from datetime import datetime

import strawberry

from api.gateway.filter import OrderName
from models.derived import WorkEligibility

strawberry.enum(
    OrderName,
    name="UserOrder",
    description="The order of a list; sorting by a field needs the right to read it",
)


@strawberry.input(description="A test of a text; both parts are required where both are given")
class TextFilter:
    """A text."""

    eq: str | None = strawberry.UNSET
    in_: list[str] | None = strawberry.field(name="in", default=strawberry.UNSET)


@strawberry.input(description="A test of a time; every given part is required")
class TimeFilter:
    """A time."""

    eq: datetime | None = strawberry.UNSET
    in_: list[datetime] | None = strawberry.field(name="in", default=strawberry.UNSET)
    gte: datetime | None = strawberry.UNSET
    lt: datetime | None = strawberry.UNSET


@strawberry.input(description="A test of work eligibility")
class EligibilityFilter:
    """An eligibility."""

    eq: WorkEligibility | None = strawberry.UNSET
    in_: list[WorkEligibility] | None = strawberry.field(name="in", default=strawberry.UNSET)


@strawberry.input(
    description="Which users; every part is required, and each needs the right to read its field"
)
class UserFilter:
    """A filter."""

    ids: list[strawberry.ID] | None = strawberry.UNSET
    email: TextFilter | None = strawberry.UNSET
    phone: TextFilter | None = strawberry.UNSET
    prefecture: TextFilter | None = strawberry.UNSET
    nationality: TextFilter | None = strawberry.UNSET
    age_band: TextFilter | None = strawberry.UNSET
    work_eligibility: EligibilityFilter | None = strawberry.UNSET
    registered_at: TimeFilter | None = strawberry.UNSET
