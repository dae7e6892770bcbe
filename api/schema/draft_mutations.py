"""The mutations of drafts."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.draft_inputs import (
    AlignDecisionsInput,
    ApproveDraftInput,
    CancelPublicationInput,
    CreateDraftInput,
    EditDraftInput,
    ImportDraftInput,
    ProposeLeastPrivilegeInput,
    PublishEditionInput,
    RebaseDraftInput,
    RollBackEditionInput,
    WithdrawApprovalInput,
    WithdrawDraftInput,
)
from api.schema.draft_payloads import (
    AlignDecisionsPayload,
    ApproveDraftPayload,
    CancelPublicationPayload,
    CreateDraftPayload,
    EditDraftPayload,
    ImportDraftPayload,
    ProposeLeastPrivilegePayload,
    PublishEditionPayload,
    RebaseDraftPayload,
    RollBackEditionPayload,
    WithdrawApprovalPayload,
    WithdrawDraftPayload,
)
from api.schema.finished import Info, finished


@strawberry.type
class DraftMutations:
    """Changes of drafts, and of what is in force."""

    @strawberry.mutation(description="Begin a draft of the edition in force")
    def create_draft(
        self, info: Info, input: Annotated[CreateDraftInput, told("Why, and from which edition")]
    ) -> CreateDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Change rows of a draft, all or none; what would not load is refused with every mistake"
    )
    def edit_draft(
        self, info: Info, input: Annotated[EditDraftInput, told("Which rows, and how")]
    ) -> EditDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Put whole tables in a draft; what would not load is refused with every mistake"
    )
    def import_draft(
        self, info: Info, input: Annotated[ImportDraftInput, told("The tables")]
    ) -> ImportDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Have each row of a draft's decision table expect what its rules answer; each such edit is in `edits`"
    )
    def align_decisions(
        self, info: Info, input: Annotated[AlignDecisionsInput, told("Which draft")]
    ) -> AlignDecisionsPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Bring a draft onto the edition in force; without a resolution for every conflict it is refused"
    )
    def rebase_draft(
        self, info: Info, input: Annotated[RebaseDraftInput, told("Which draft, and whose rows stand")]
    ) -> RebaseDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Give up a draft, for good")
    def withdraw_draft(
        self, info: Info, input: Annotated[WithdrawDraftInput, told("Which draft")]
    ) -> WithdrawDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Agree to exactly what a draft is now, as somebody who had no part in it"
    )
    def approve_draft(
        self, info: Info, input: Annotated[ApproveDraftInput, told("What is agreed to, and why")]
    ) -> ApproveDraftPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Take back one's approval of a draft that is not published yet")
    def withdraw_approval(
        self, info: Info, input: Annotated[WithdrawApprovalInput, told("Which draft")]
    ) -> WithdrawApprovalPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Put a draft in force, now or at a time; what widens needs an approval")
    def publish_edition(
        self, info: Info, input: Annotated[PublishEditionInput, told("Which draft, why and when")]
    ) -> PublishEditionPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(description="Publish a draft at no time; it can be changed again")
    def cancel_publication(
        self, info: Info, input: Annotated[CancelPublicationInput, told("Which draft")]
    ) -> CancelPublicationPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Begin a draft that returns to an earlier edition, to be approved and published like any"
    )
    def roll_back_edition(
        self, info: Info, input: Annotated[RollBackEditionInput, told("Which edition, and why")]
    ) -> RollBackEditionPayload:
        """Finished."""
        return finished(info)

    @strawberry.mutation(
        description="Begin a draft that removes the rules which nothing used, and have its impact worked out"
    )
    def propose_least_privilege(
        self, info: Info, input: Annotated[ProposeLeastPrivilegeInput, told("On which evidence, and why")]
    ) -> ProposeLeastPrivilegePayload:
        """Finished."""
        return finished(info)
