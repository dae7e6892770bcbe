"""The mutations: one input and one payload each; what comes back passes the same door as a read."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.schema.arguments import PERSON_NOW, told
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
from api.schema.clients import (
    AddClientInput,
    AddClientPayload,
    RestoreClientInput,
    RestoreClientPayload,
    RevokeClientInput,
    RevokeClientPayload,
    RotateClientSecretInput,
    RotateClientSecretPayload,
    UpdateClientInput,
    UpdateClientPayload,
)
from api.schema.personal import User
from api.schema.query import Info, finished
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


@strawberry.type(description="Everything that can be changed")
class Mutation:
    """The root of mutations."""

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

    @strawberry.mutation(
        description="Register a client; its secret is told this once, and every mistake in the input at once"
    )
    def add_client(
        self, info: Info, input: Annotated[AddClientInput, told("All that is kept of it")]
    ) -> AddClientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Change what is kept of a client; every process obeys within a second")
    def update_client(
        self, info: Info, input: Annotated[UpdateClientInput, told("Which client, and what to change")]
    ) -> UpdateClientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="A new secret for a client; the one before serves for a while beside it")
    def rotate_client_secret(
        self, info: Info, input: Annotated[RotateClientSecretInput, told("Which client, and for how long")]
    ) -> RotateClientSecretPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Stop a client; its tokens serve nothing within a second")
    def revoke_client(
        self, info: Info, input: Annotated[RevokeClientInput, told("Which client")]
    ) -> RevokeClientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Let a client that was stopped ask again, as it stood, with new tokens only"
    )
    def restore_client(
        self, info: Info, input: Annotated[RestoreClientInput, told("Which client")]
    ) -> RestoreClientPayload:
        """Finished."""
        return finished(info)
