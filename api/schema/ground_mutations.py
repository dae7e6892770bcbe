"""The mutations of the register of grounds."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.finished import Info, finished
from api.schema.ground_inputs import (
    AnnounceJointUseInput,
    AnnounceJointUsePayload,
    ConfirmRelatedConsentInput,
    ConfirmRelatedConsentPayload,
    EndConfirmationInput,
    EndConfirmationPayload,
    EndEntrustmentInput,
    EndEntrustmentPayload,
    EndJointUseInput,
    EndJointUsePayload,
    EndSuccessionInput,
    EndSuccessionPayload,
    RecordEntrustmentInput,
    RecordEntrustmentPayload,
    RecordForeignCheckInput,
    RecordForeignCheckPayload,
    RecordSuccessionInput,
    RecordSuccessionPayload,
    SuperviseEntrustmentInput,
    SuperviseEntrustmentPayload,
)


@strawberry.type
class GroundMutations:
    """Changes of grounds."""

    @strawberry.mutation(description="Work on the company's behalf, under a contract and for some purposes")
    def record_entrustment(
        self, info: Info, input: Annotated[RecordEntrustmentInput, told("What is entrusted, and to whom")]
    ) -> RecordEntrustmentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="An entrustee was looked after, so that its entrustment does not lapse")
    def supervise_entrustment(
        self, info: Info, input: Annotated[SuperviseEntrustmentInput, told("Which entrustment, and when")]
    ) -> SuperviseEntrustmentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="End an entrustment; every process obeys within a second")
    def end_entrustment(
        self, info: Info, input: Annotated[EndEntrustmentInput, told("Which entrustment")]
    ) -> EndEntrustmentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="The business went over to a recipient")
    def record_succession(
        self, info: Info, input: Annotated[RecordSuccessionInput, told("What went over, to whom, and when")]
    ) -> RecordSuccessionPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="End a succession; every process obeys within a second")
    def end_succession(
        self, info: Info, input: Annotated[EndSuccessionInput, told("Which succession")]
    ) -> EndSuccessionPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Joint use whose five matters were announced")
    def announce_joint_use(
        self,
        info: Info,
        input: Annotated[AnnounceJointUseInput, told("The five matters, and for whom they hold")],
    ) -> AnnounceJointUsePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="End a joint use; every process obeys within a second")
    def end_joint_use(
        self, info: Info, input: Annotated[EndJointUseInput, told("Which joint use")]
    ) -> EndJointUsePayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="A look at a recipient abroad; the latest is what counts")
    def record_foreign_check(
        self,
        info: Info,
        input: Annotated[RecordForeignCheckInput, told("What was looked at, and what was found")],
    ) -> RecordForeignCheckPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="People agree to being known to a recipient by related information")
    def confirm_related_consent(
        self,
        info: Info,
        input: Annotated[ConfirmRelatedConsentInput, told("For whom, and how it was confirmed")],
    ) -> ConfirmRelatedConsentPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="End a confirmation; every process obeys within a second")
    def end_confirmation(
        self, info: Info, input: Annotated[EndConfirmationInput, told("Which confirmation")]
    ) -> EndConfirmationPayload:
        """Finished."""
        return finished(info)
