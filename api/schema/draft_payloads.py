"""The payloads of drafts: what each change of one answers."""

import strawberry

from api.schema.drafts import Draft
from api.schema.jobs import PolicyJob

NOW = "The draft as it stands now"


@strawberry.type(description="What beginning a draft answers")
class CreateDraftPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What editing a draft answers")
class EditDraftPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What importing tables answers")
class ImportDraftPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What aligning the decision table of a draft answers")
class AlignDecisionsPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What rebasing a draft answers")
class RebaseDraftPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What giving up a draft answers")
class WithdrawDraftPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What agreeing to a draft answers")
class ApproveDraftPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What taking back an approval answers")
class WithdrawApprovalPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What publishing an edition answers")
class PublishEditionPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What cancelling a publication answers")
class CancelPublicationPayload:
    """A draft."""

    draft: Draft = strawberry.field(description=NOW)


@strawberry.type(description="What rolling back answers")
class RollBackEditionPayload:
    """A draft."""

    draft: Draft = strawberry.field(
        description="The draft that returns to the earlier edition, to be published like any"
    )


@strawberry.type(description="The draft, and its impact under way")
class ProposeLeastPrivilegePayload:
    """A proposal."""

    draft: Draft = strawberry.field(description="The draft")
    job: PolicyJob | None = strawberry.field(
        description="Its impact; null in the answer of a repeated request where the draft was changed meanwhile"
    )
