"""The mutations of the register of recipients."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.finished import Info, finished
from api.schema.recipients import (
    AddRecipientInput,
    AddRecipientPayload,
    ReopenRecipientInput,
    ReopenRecipientPayload,
    StopRecipientInput,
    StopRecipientPayload,
    UpdateRecipientInput,
    UpdateRecipientPayload,
)


@strawberry.type
class RecipientMutations:
    """Changes of recipients."""

    @strawberry.mutation(description="Register a recipient; every mistake in the input is told at once")
    def add_recipient(
        self, info: Info, input: Annotated[AddRecipientInput, told("All that is kept of it")]
    ) -> AddRecipientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Change what is kept of a recipient; every process obeys within a second"
    )
    def update_recipient(
        self, info: Info, input: Annotated[UpdateRecipientInput, told("Which recipient, and what to change")]
    ) -> UpdateRecipientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Let nothing go to a recipient any more; every process obeys within a second"
    )
    def stop_recipient(
        self, info: Info, input: Annotated[StopRecipientInput, told("Which recipient")]
    ) -> StopRecipientPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Open a recipient that was stopped or is pending, as it stands")
    def reopen_recipient(
        self, info: Info, input: Annotated[ReopenRecipientInput, told("Which recipient")]
    ) -> ReopenRecipientPayload:
        """Finished."""
        return finished(info)
