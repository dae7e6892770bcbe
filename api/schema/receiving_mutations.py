"""The mutations by which partners send people, and the desk decides about those who wait."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.finished import Info, finished
from api.schema.receiving import (
    AcceptReceivedInput,
    AcceptReceivedPayload,
    ReceiveUsersInput,
    ReceiveUsersPayload,
    RejectReceivedInput,
    RejectReceivedPayload,
)


@strawberry.type
class ReceivingMutations:
    """People who come from partners."""

    @strawberry.mutation(
        description="Send people here, each with notice, history, consent and evidence; the same is accepted once"
    )
    def receive_users(
        self,
        info: Info,
        input: Annotated[ReceiveUsersInput, told("The people, and what is stated of each")],
    ) -> ReceiveUsersPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Take in somebody who waits for the desk, as a new user or as a known one"
    )
    def accept_received(
        self, info: Info, input: Annotated[AcceptReceivedInput, told("Who waits, and who they are")]
    ) -> AcceptReceivedPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Drop what was sent of somebody who waits for the desk")
    def reject_received(
        self, info: Info, input: Annotated[RejectReceivedInput, told("Who waits, and why not")]
    ) -> RejectReceivedPayload:
        """Finished."""
        return finished(info)
