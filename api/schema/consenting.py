"""The inputs and payloads of consent: given or taken back."""

from datetime import datetime

import strawberry

from api.schema.arguments import PERSON_NOW
from api.schema.personal import User
from models.consent import ConsentMethod

strawberry.enum(
    ConsentMethod,
    name="ConsentMethod",
    description="The act by which a person agreed: a box ticked, a button clicked, a signed paper; silence is none",
)


@strawberry.input(description="A person agreed to one purpose and one recipient")
class RecordConsentInput:
    """A consent."""

    user: strawberry.ID = strawberry.field(description="Who agreed")
    purpose: strawberry.ID = strawberry.field(description="To what: a purpose that can be declared")
    recipient: strawberry.ID = strawberry.field(
        description="A registered recipient; those who work for the company count as `internal`"
    )
    notice_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in: `ja` or `en`")
    method: ConsentMethod = strawberry.field(description="The act by which the person agreed")
    expires_at: datetime | None = strawberry.field(
        default=None, description="Until when it holds, in the future; without an end if left out"
    )


@strawberry.input(description="A person took a consent back")
class WithdrawConsentInput:
    """A withdrawal."""

    user: strawberry.ID = strawberry.field(description="Who takes it back")
    purpose: strawberry.ID = strawberry.field(description="The purpose of the consent")
    recipient: strawberry.ID = strawberry.field(description="The recipient of the consent")


@strawberry.type(description="What recording a consent answers")
class RecordConsentPayload:
    """What a consent answers."""

    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What withdrawing a consent answers")
class WithdrawConsentPayload:
    """What a withdrawal answers."""

    user: User | None = strawberry.field(description=PERSON_NOW)
