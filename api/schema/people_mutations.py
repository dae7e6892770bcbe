"""The mutations about people: what comes back of them passes the same door as a read."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.changes import (
    LiftHoldInput,
    LiftHoldPayload,
    PlaceHoldInput,
    PlaceHoldPayload,
    RegisterInput,
    RegisterManyInput,
    RegisterManyPayload,
    RegisterPayload,
    ScreenAnswerInput,
    ScreenAnswerPayload,
    SetApplicationStageInput,
    SetApplicationStagePayload,
    UpdateUserInput,
    UpdateUserPayload,
)
from api.schema.consenting import (
    InvalidateConsentInput,
    InvalidateConsentPayload,
    RecordConsentInput,
    RecordConsentPayload,
    RefuseConsentInput,
    RefuseConsentPayload,
    RequestConsentInput,
    RequestConsentPayload,
    WithdrawConsentInput,
    WithdrawConsentPayload,
)
from api.schema.finished import Info, finished


@strawberry.type
class PeopleMutations:
    """Changes of a person's record, consents, applications and standing."""

    @strawberry.mutation(description="Record that a person agreed, with the notice that was shown")
    def record_consent(
        self,
        info: Info,
        input: Annotated[RecordConsentInput, told("Who agreed to what, and what they were shown")],
    ) -> RecordConsentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Take a consent back; the next operation of anybody obeys")
    def withdraw_consent(
        self, info: Info, input: Annotated[WithdrawConsentInput, told("Whose consent, to what and to whom")]
    ) -> WithdrawConsentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Note that a person was asked for a consent and has not answered")
    def request_consent(
        self, info: Info, input: Annotated[RequestConsentInput, told("Who is asked for what")]
    ) -> RequestConsentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Record that a person said no to a consent, or not now")
    def refuse_consent(
        self, info: Info, input: Annotated[RefuseConsentInput, told("Who said no to what")]
    ) -> RefuseConsentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="End a consent that was void, or that the company ends; the next operation of anybody obeys"
    )
    def invalidate_consent(
        self, info: Info, input: Annotated[InvalidateConsentInput, told("Which consent ends, and why")]
    ) -> InvalidateConsentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Register a person; every mistake in the input is told at once")
    def register(
        self, info: Info, input: Annotated[RegisterInput, told("The person, and the notice they were shown")]
    ) -> RegisterPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Register people; a mistake in one keeps nobody else out")
    def register_many(
        self, info: Info, input: Annotated[RegisterManyInput, told("The people")]
    ) -> RegisterManyPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Correct a record; what stood there before is kept in its history")
    def update_user(
        self, info: Info, input: Annotated[UpdateUserInput, told("What to change")]
    ) -> UpdateUserPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Apply, step back, or move an application on; never back")
    def set_application_stage(
        self, info: Info, input: Annotated[SetApplicationStageInput, told("Whose application, and where to")]
    ) -> SetApplicationStagePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Suspend the use of a person's data; the next operation of anybody obeys"
    )
    def place_hold(
        self, info: Info, input: Annotated[PlaceHoldInput, told("Whose data, and which use")]
    ) -> PlaceHoldPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="End a hold")
    def lift_hold(self, info: Info, input: Annotated[LiftHoldInput, told("Which")]) -> LiftHoldPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Let a free text go outside, or take it away")
    def screen_answer(
        self, info: Info, input: Annotated[ScreenAnswerInput, told("Which text, and what became of it")]
    ) -> ScreenAnswerPayload:
        """Finished."""
        return finished(info)
