"""The types of drafts: what is to change of the rules, what was found in it, and who agreed."""

from datetime import datetime

import strawberry

from api.schema.arguments import Lang, Most, Skip
from api.schema.paging import PageInfo
from api.schema.register_change import RegisterChange
from models.drafts.draft import DraftState
from policies.mistake import Severity

strawberry.enum(
    DraftState,
    name="DraftState",
    description="How far a draft is: only what is `OPEN` can be changed, approved and published; what is `SCHEDULED` is"
    " published at its time; nothing comes back from `PUBLISHED` and `WITHDRAWN`",
)
strawberry.enum(
    Severity,
    name="FindingSeverity",
    description="How grave a finding is: with one that is `REFUSED` no draft is made; `WRONG` keeps a draft from being"
    " published, `OVERRIDABLE` until a second person approves it with a reason",
)


@strawberry.type(description="One cell of a row")
class DraftCell:
    """A cell."""

    column: strawberry.ID = strawberry.field(description="The column of the table")
    value: str = strawberry.field(description="What stands there")


@strawberry.type(description="One row that a draft adds, changes, moves or removes")
class DraftEdit:
    """An edit."""

    table: strawberry.ID = strawberry.field(description="The table, such as `rules`")
    key: str = strawberry.field(
        description="What no other row of the table has: its first cell, of a row of"
        " `decisions` its cells from `role` to `facts`"
    )
    was: list[DraftCell] | None = strawberry.field(description="The row of the base; null for a new one")
    became: list[DraftCell] | None = strawberry.field(
        description="The row of the draft; null for one that goes"
    )
    after: str | None = strawberry.field(
        description="The key of the row it follows, blank for the first; null where it stays, or for the last"
    )
    by: strawberry.ID = strawberry.field(description="Who made it so: a member of staff, or a client")
    at: datetime = strawberry.field(description="When")


@strawberry.type(description="Something found in a draft that loads")
class DraftFinding:
    """A finding."""

    id: strawberry.ID = strawberry.field(description="Its name, by which an approval overrides it")
    severity: Severity = strawberry.field(description="How grave it is")
    accepted: bool = strawberry.field(
        description="It is `OVERRIDABLE` and no more than stands in the edition that the draft starts from, so that"
        " nobody need say again why it may stand"
    )
    code: strawberry.ID = strawberry.field(description="Of what kind it is, such as `DECISION_FAILS`")
    table: strawberry.ID = strawberry.field(description="The table it is in")
    row: int | None = strawberry.field(
        description="The row it is in, as a file of the table counts them: the header is 1; null for the whole table"
    )
    key: str = strawberry.field(description="The key of that row; blank for the whole table")
    column: strawberry.ID = strawberry.field(description="The column it is in; blank for the row as a whole")
    near: list[strawberry.ID] = strawberry.field(description="The known names nearest to an unknown one")

    @strawberry.field(description="What was found and what to do, in `ja` or `en`")
    def text(self, lang: Lang = strawberry.ID("ja")) -> str:
        """Finished."""
        raise NotImplementedError(lang)


@strawberry.type(description="Why a finding may stand")
class DraftOverride:
    """An override."""

    finding: strawberry.ID = strawberry.field(description="The finding")
    reason: str = strawberry.field(description="Why it may stand, in the words of who approved")


@strawberry.type(description="One approval: of one base and one hash, and of nothing else")
class DraftApproval:
    """An approval."""

    by: strawberry.ID = strawberry.field(description="Who approved: a member of staff, or a client")
    at: datetime = strawberry.field(description="When")
    base: strawberry.ID = strawberry.field(description="The edition that the draft started from then")
    hash: strawberry.ID = strawberry.field(description="The id of the edition that it made then")
    note: str = strawberry.field(description="Why")
    overrides: list[DraftOverride] = strawberry.field(
        description="The findings that may stand, each with its reason"
    )
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was taken back; null while it stands"
    )
    superseded: bool = strawberry.field(
        description="The draft was changed or rebased since, so it counts no more"
    )
    counts: bool = strawberry.field(description="It stands for what the draft is now")


@strawberry.type(description="One row that the draft and the edition in force both changed, each in its way")
class DraftConflict:
    """A conflict."""

    table: strawberry.ID = strawberry.field(description="The table; `model` for the model, which is one text")
    key: str = strawberry.field(description="The row")
    base: list[DraftCell] | None = strawberry.field(description="As the draft found it; null for no row")
    mine: list[DraftCell] | None = strawberry.field(description="As the draft has it; null for no row")
    theirs: list[DraftCell] | None = strawberry.field(
        description="As the edition in force has it; null for no row"
    )


@strawberry.type(description="An edition to be: the edition it starts from, and what is to change")
class Draft:
    """A draft."""

    id: strawberry.ID = strawberry.field(description="Its number")
    state: DraftState = strawberry.field(description="How far it is")
    version: int = strawberry.field(
        description="Counts its changes; a change names the one it was decided on"
    )
    base: strawberry.ID = strawberry.field(description="The edition it starts from")
    hash: strawberry.ID = strawberry.field(
        description="The id of the edition it would make; what an approval is of"
    )
    note: str = strawberry.field(description="Why it was begun")
    created_by: strawberry.ID = strawberry.field(description="Who began it: a member of staff, or a client")
    created_at: datetime = strawberry.field(description="When")
    changed_by: strawberry.ID = strawberry.field(description="Who changed it last")
    changed_at: datetime = strawberry.field(description="When")
    authors: list[strawberry.ID] = strawberry.field(
        description="All who had a part in it; none of them may approve it"
    )
    model: str | None = strawberry.field(
        description="The text of the Casbin model; null where it is that of the base"
    )
    widens: bool = strawberry.field(description="Something may become allowed that was not")
    needs_approval: bool = strawberry.field(
        description="It is published only once a second person approved it"
    )
    approvals: list[DraftApproval] = strawberry.field(description="Its approvals, the newest first")
    outdated: bool = strawberry.field(
        description="Another edition came into force since: rebase it before it is published"
    )
    publish_at: datetime | None = strawberry.field(description="When it shall be published; null for no time")
    publish_by: strawberry.ID | None = strawberry.field(description="Who set that time")
    trouble: strawberry.ID | None = strawberry.field(
        description="Why it was not published at its time, such as `STALE_BASE`; null where nothing went wrong"
    )

    @strawberry.field(description="The same in one sentence, with what to do; null where nothing went wrong")
    def why(self, lang: Lang = strawberry.ID("ja")) -> str | None:
        """Finished."""
        raise NotImplementedError(lang)

    edition: int | None = strawberry.field(description="The number of the edition it became; null before")
    changes: list[RegisterChange] = strawberry.field(description="Its changes, the newest first; at most 100")

    @strawberry.field(description="What it changes, row by row")
    def edits(self, first: Most = None, skip: Skip = None) -> list[DraftEdit]:
        """Finished."""
        raise NotImplementedError(first, skip)

    @strawberry.field(description="What is found in it; nothing where all is well")
    def check(self, first: Most = None, skip: Skip = None) -> list[DraftFinding]:
        """Finished."""
        raise NotImplementedError(first, skip)

    @strawberry.field(description="What to decide when it is rebased, row by row")
    def conflicts(self, first: Most = None, skip: Skip = None) -> list[DraftConflict]:
        """Finished."""
        raise NotImplementedError(first, skip)


@strawberry.type(description="A draft and its place in the list")
class DraftEdge:
    """An edge."""

    node: Draft = strawberry.field(description="The draft")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of drafts")
class DraftConnection:
    """A page."""

    edges: list[DraftEdge] = strawberry.field(description="The drafts of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")
