"""The inputs of drafts: rows, whole tables, resolutions, approvals and publications."""

from datetime import datetime
from enum import StrEnum

import strawberry

UNSET = strawberry.UNSET
WHICH = "The draft's number"
VERSION = "The version that was read and decided on; another is refused with `STALE_VERSION`"
HASH = "The hash that was read and decided on: the draft must still make exactly this edition"
NOTE = "Why, in at most 2,000 characters; it stays on record"


class Take(StrEnum):
    """Whose row stands."""

    MINE = "MINE"
    THEIRS = "THEIRS"


strawberry.enum(
    Take, name="Take", description="Whose row stands: `MINE` that of the draft, `THEIRS` that in force"
)


@strawberry.input(description="A draft to begin")
class CreateDraftInput:
    """A new draft."""

    note: str = strawberry.field(description=NOTE)
    from_: strawberry.ID | None = strawberry.field(
        default=UNSET,
        name="from",
        description="The edition it starts from; the one in force if left out, another must be rebased before publishing",
    )


@strawberry.input(description="One cell to write")
class DraftCellInput:
    """A cell."""

    column: strawberry.ID = strawberry.field(description="The column of the table")
    value: str = strawberry.field(description="What shall stand there")


@strawberry.input(description="One row to add, change, move or remove")
class DraftEditInput:
    """An edit."""

    table: strawberry.ID = strawberry.field(description="The table, such as `rules`")
    key: str = strawberry.field(
        description="Which row: its first cell, of a row of `decisions` its cells from `role` to `facts`, spaces between"
    )
    row: list[DraftCellInput] | None = strawberry.field(
        default=UNSET, description="The cells that change; of a new row those that are not blank"
    )
    remove: bool | None = strawberry.field(default=False, description="The row goes")
    after: str | None = strawberry.field(
        default=UNSET,
        description="The key of the row it shall follow, blank for the first; where it is if left out",
    )


@strawberry.input(description="Rows of a draft to change, all or none; every mistake is told at once")
class EditDraftInput:
    """Edits."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    if_version: int = strawberry.field(description=VERSION)
    edits: list[DraftEditInput] = strawberry.field(description="The rows")


@strawberry.input(description="A whole table as CSV")
class DraftTableInput:
    """A table."""

    table: strawberry.ID = strawberry.field(description="The table, such as `rules`")
    csv: str = strawberry.field(
        description="Its text with its header (RFC 4180), in place of all of its rows"
    )


@strawberry.input(description="Whole tables of a draft; others stay as they are")
class ImportDraftInput:
    """An import."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    if_version: int = strawberry.field(description=VERSION)
    tables: list[DraftTableInput] | None = strawberry.field(default=UNSET, description="The tables")
    model: str | None = strawberry.field(
        default=UNSET, description="The text of the Casbin model; as it is if left out"
    )


@strawberry.input(description="A draft whose decision table is to expect what its rules answer")
class AlignDecisionsInput:
    """An alignment."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    if_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="How one conflict ends")
class DraftResolutionInput:
    """A resolution."""

    table: strawberry.ID = strawberry.field(description="The table of the conflict")
    key: str = strawberry.field(description="The row of the conflict; blank for the model")
    take: Take = strawberry.field(description="Whose row stands")


@strawberry.input(description="A draft to bring onto the edition in force")
class RebaseDraftInput:
    """A rebase."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    if_version: int = strawberry.field(description=VERSION)
    resolutions: list[DraftResolutionInput] | None = strawberry.field(
        default=UNSET, description="One for each of the draft's `conflicts`"
    )


@strawberry.input(description="A draft to give up")
class WithdrawDraftInput:
    """A withdrawal."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    if_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Why a finding may stand")
class DraftOverrideInput:
    """An override."""

    finding: strawberry.ID = strawberry.field(description="The finding's id, as `check` tells it")
    reason: str = strawberry.field(description="Why it may stand")


@strawberry.input(description="A draft to agree to, by somebody who had no part in it")
class ApproveDraftInput:
    """An approval."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    hash: strawberry.ID = strawberry.field(description=HASH)
    note: str = strawberry.field(description=NOTE)
    overrides: list[DraftOverrideInput] | None = strawberry.field(
        default=UNSET, description="A reason for each finding that is `OVERRIDABLE`"
    )
    publish: bool | None = strawberry.field(default=False, description="Publish it at once")


@strawberry.input(description="A draft that its approver agrees to no more")
class WithdrawApprovalInput:
    """A withdrawal of an approval."""

    draft: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A draft to put in force")
class PublishEditionInput:
    """A publication."""

    draft: strawberry.ID = strawberry.field(description=WHICH)
    hash: strawberry.ID = strawberry.field(description=HASH)
    note: str = strawberry.field(description=NOTE)
    at: datetime | None = strawberry.field(
        default=UNSET, description="When, under the same conditions then; now if left out or past"
    )


@strawberry.input(description="A draft that shall not be published at its time")
class CancelPublicationInput:
    """A cancelling."""

    draft: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="An earlier edition to return to")
class RollBackEditionInput:
    """A rollback."""

    to: strawberry.ID = strawberry.field(description="The id of the earlier edition")
    note: str = strawberry.field(description=NOTE)


@strawberry.input(description="A draft that removes what nothing used")
class ProposeLeastPrivilegeInput:
    """A proposal."""

    job: strawberry.ID = strawberry.field(description="The number of the evidence, which must be done")
    note: str = strawberry.field(description=NOTE)
