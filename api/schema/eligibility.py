"""Work eligibility as the schema tells it; whoever uses it in the schema takes it from here, where it is named."""

import strawberry

from models.derived import WorkEligibility

__all__ = ["WorkEligibility"]

strawberry.enum(
    WorkEligibility,
    name="WorkEligibility",
    description="Whether the residence card allows work now; `NEEDS_CHECK` asks for a human",
)
