"""The mutations: one input and one payload each; what comes back passes the same door as a read."""

from datetime import datetime

import strawberry

from api.schema.personal import User
from api.schema.query import Info, finished
from models.consent import ConsentMethod

strawberry.enum(
    ConsentMethod, name="ConsentMethod", description="The act by which a person agreed; silence is none"
)


@strawberry.input(description="A person agreed to one purpose and one recipient")
class RecordConsentInput:
    """A consent."""

    user: strawberry.ID
    purpose: strawberry.ID
    recipient: strawberry.ID = strawberry.field(
        description="A registered recipient; those who work for the company count as `internal`"
    )
    notice_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in: `ja` or `en`")
    method: ConsentMethod
    expires_at: datetime | None = None


@strawberry.input(description="A person took a consent back")
class WithdrawConsentInput:
    """A withdrawal."""

    user: strawberry.ID
    purpose: strawberry.ID
    recipient: strawberry.ID


@strawberry.type
class RecordConsentPayload:
    """What a consent answers."""

    user: User | None


@strawberry.type
class WithdrawConsentPayload:
    """What a withdrawal answers."""

    user: User | None


@strawberry.type(description="Everything that can be changed")
class Mutation:
    """The root of mutations."""

    @strawberry.mutation(description="Record that a person agreed, with the notice that was shown")
    def record_consent(self, info: Info, input: RecordConsentInput) -> RecordConsentPayload:
        """Finished."""
        payload: RecordConsentPayload = finished(info)
        return payload

    @strawberry.mutation(description="Take a consent back; the next operation of anybody obeys")
    def withdraw_consent(self, info: Info, input: WithdrawConsentInput) -> WithdrawConsentPayload:
        """Finished."""
        payload: WithdrawConsentPayload = finished(info)
        return payload
