"""The inputs and payloads of consent: given or taken back."""

from datetime import date, datetime

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


@strawberry.type(
    description="Somebody outside the company who was given the person's data on a consent that is withdrawn"
)
class Holder:
    """A holder."""

    recipient: strawberry.ID = strawberry.field(description="Its id")
    name: str = strawberry.field(description="Its name")
    since: date = strawberry.field(description="The day in Japan on which it was given something first")
    last_provided_on: date = strawberry.field(
        description="The day in Japan on which it was given something last"
    )
    notified: bool = strawberry.field(
        description="Whether a signed notice of the withdrawal is on its way to it; false where it takes none"
    )


@strawberry.type(description="What withdrawing a consent answers")
class WithdrawConsentPayload:
    """What a withdrawal answers."""

    holders: list[Holder] | None = strawberry.field(
        description="Who holds data that was given on this consent, by the records of provision and the ledger; that"
        " they were told is on record, and it is null where no rule lets the requester know"
    )
    user: User | None = strawberry.field(description=PERSON_NOW)
