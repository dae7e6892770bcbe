"""The types of jobs: long work on drafts and on the ledger, how far it is, and what it found; counts, and nobody."""

from datetime import date, datetime

import strawberry

from api.schema.arguments import Lang
from api.schema.least_privilege import LeastPrivilege
from api.schema.paging import PageInfo
from models.jobs.job import JobKind, JobState, JobTrouble
from policies.impact.outcome import Direction
from policies.replay.effect import Change, Step

strawberry.enum(
    JobKind,
    name="JobKind",
    description="What is worked out: the decisions a draft would change, or what past accesses would gain and lose"
    " under it, or which rules, fields and purposes were not used",
)
strawberry.enum(JobState, name="JobState", description="How far a job is; the last three are ends")
strawberry.enum(
    JobTrouble,
    name="JobTrouble",
    description="Why a job failed: its draft changed meanwhile, every process that carried it ended, an error of ours,"
    " or that what it found cannot be read back",
)
strawberry.enum(
    Direction,
    name="Direction",
    description="Whether something becomes allowed, or is not any more, or is only told otherwise",
)
strawberry.enum(
    Change, name="ReplayChange", description="Whether something would be had that was not, or no longer"
)
strawberry.enum(
    Step,
    name="ReplayStep",
    description="What would decide about an operation as a whole: its purpose, the guard of a root field, a filter or"
    " an order, or that it wants all or nothing",
)


@strawberry.type(description="Decisions that change alike, as one sentence")
class ImpactChange:
    """A change."""

    direction: Direction = strawberry.field(description="Whether it widens or narrows")
    kind: strawberry.ID = strawberry.field(
        description="`decision`, or the table of what changes beside decisions, or `model`"
    )
    keys: list[str] = strawberry.field(description="The rows of that table")
    roles: list[strawberry.ID] = strawberry.field(description="Who asks")
    actions: list[strawberry.ID] = strawberry.field(description="What is done")
    purposes: list[strawberry.ID] = strawberry.field(description="Why")
    fields: list[strawberry.ID] = strawberry.field(description="With what")
    recipients: list[strawberry.ID] = strawberry.field(description="For whom: groups of recipients")
    given: str = strawberry.field(
        description="Facts that are needed before and after alike, as in a rule; `-` for none"
    )
    when: list[str] = strawberry.field(
        description="The cases in which it changes, each a list of facts as in a rule"
    )
    wholly: bool = strawberry.field(description="Nothing of it was allowed before, or is afterwards")
    decisions: int = strawberry.field(description="How many decisions it stands for")
    refused: list[strawberry.ID] = strawberry.field(
        description="The denies that refuse there, before and after"
    )
    before: list[strawberry.ID] = strawberry.field(description="The rules that allowed before")
    after: list[strawberry.ID] = strawberry.field(description="The rules that allow then")

    @strawberry.field(description="The sentence, in `ja` or `en`")
    def text(self, lang: Lang = strawberry.ID("ja")) -> str:
        """Finished."""
        raise NotImplementedError(lang)


@strawberry.type(description="A square of the matrix in which some decision changes")
class ImpactCell:
    """A square."""

    role: strawberry.ID = strawberry.field(description="Who asks")
    recipient: strawberry.ID = strawberry.field(description="For whom")
    purpose: strawberry.ID = strawberry.field(description="Why")
    category: strawberry.ID = strawberry.field(description="With which category of fields")
    widens: bool = strawberry.field(description="Something becomes allowed")
    narrows: bool = strawberry.field(description="Something is not allowed any more")


@strawberry.type(description="All that a draft would change of the edition it starts from")
class Impact:
    """An impact."""

    widens: bool = strawberry.field(description="Something widens, so that a second person must agree")
    widened: int = strawberry.field(description="How many decisions turn from no to yes")
    narrowed: int = strawberry.field(description="How many decisions turn from yes to no")
    changes: list[ImpactChange] = strawberry.field(description="What changes, that which widens first")
    cells: list[ImpactCell] = strawberry.field(description="The same as squares of the matrix")


@strawberry.type(description="Accesses of one day")
class ReplayDay:
    """A day."""

    day: date = strawberry.field(description="The day in Japan")
    accesses: int = strawberry.field(description="How many accesses of it")


@strawberry.type(description="What one client would gain or lose")
class ReplayLine:
    """A line."""

    client: strawberry.ID = strawberry.field(description="Who asked")
    role: strawberry.ID = strawberry.field(description="In which role")
    purpose: strawberry.ID = strawberry.field(description="Why")
    recipient: strawberry.ID = strawberry.field(description="For whom")
    step: Step | None = strawberry.field(
        description="What decides about operations as a whole; null for a field"
    )
    field: strawberry.ID = strawberry.field(
        description="The field; of operations as a whole the purpose, the guard or the field that decides"
    )
    change: Change = strawberry.field(description="Gained or lost")
    sure: bool = strawberry.field(description="False where a fact decides that is not on record")
    accesses: int = strawberry.field(description="How many accesses it is about")
    people: int | None = strawberry.field(
        description="How many different people they were, rounded down to full tens; null for fewer than ten"
    )
    exact: bool = strawberry.field(description="Whether the people were counted, or estimated")
    days: list[ReplayDay] = strawberry.field(description="The accesses by day")


@strawberry.type(description="Past accesses, decided again under a draft with the standing recorded then")
class Replay:
    """A replay."""

    since: datetime = strawberry.field(description="The accesses from here on")
    until: datetime = strawberry.field(description="To here")
    accesses: int = strawberry.field(description="How many were decided again")
    changed: int = strawberry.field(description="How many of them would be answered otherwise")
    undecided: int = strawberry.field(description="How many their own edition does not explain")
    lines: list[ReplayLine] = strawberry.field(
        description="Who would gain and lose what, the most accesses first"
    )


@strawberry.type(description="Somebody whom a line of a replay is about")
class ReplayPerson:
    """A person."""

    user: strawberry.ID = strawberry.field(
        description="Who; `unlinked:…` once the link to the ledger was erased"
    )


@strawberry.type(description="A person and their place in the list")
class ReplayPersonEdge:
    """An edge."""

    node: ReplayPerson = strawberry.field(description="The person")
    cursor: str = strawberry.field(description="Their place, for `after`")


@strawberry.type(description="A page of people, in no order that tells anything")
class ReplayPersonConnection:
    """A page."""

    edges: list[ReplayPersonEdge] = strawberry.field(description="The people of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.type(description="Long work on a draft or on the ledger")
class PolicyJob:
    """A job."""

    id: strawberry.ID = strawberry.field(description="Its number")
    kind: JobKind = strawberry.field(description="What is worked out")
    draft: strawberry.ID | None = strawberry.field(description="The draft it is about")
    hash: strawberry.ID | None = strawberry.field(
        description="The edition that the draft would have made then"
    )
    days: int | None = strawberry.field(description="How many days of the ledger it looks at")
    state: JobState = strawberry.field(description="How far it is")
    done: int = strawberry.field(description="How much of `total` is done")
    total: int = strawberry.field(description="How much there is to do; 0 until that is known")
    asked_by: strawberry.ID = strawberry.field(description="Who asked for it")
    asked_at: datetime = strawberry.field(description="When")
    started_at: datetime | None = strawberry.field(description="When it was begun")
    ended_at: datetime | None = strawberry.field(description="When it ended")
    trouble: JobTrouble | None = strawberry.field(description="Why it failed")

    @strawberry.field(description="Why it failed and what to do, in one sentence; null where it did not")
    def why(self, lang: Lang = strawberry.ID("ja")) -> str | None:
        """Finished."""
        raise NotImplementedError(lang)

    impact: Impact | None = strawberry.field(description="What it found, if it is of this kind and done")
    replay: Replay | None = strawberry.field(description="What it found, if it is of this kind and done")
    evidence: LeastPrivilege | None = strawberry.field(
        description="What it found, if it is of this kind and done"
    )


@strawberry.input(description="What to work out of a draft")
class AssessDraftInput:
    """An assessment."""

    draft: strawberry.ID = strawberry.field(description="The draft")
    hash: strawberry.ID = strawberry.field(
        description="Its `hash`, so that nobody assesses what changed meanwhile"
    )
    kind: JobKind = strawberry.field(description="`IMPACT` or `REPLAY`")
    days: int = strawberry.field(
        default=30, description="How many days of the ledger are replayed, from 1 to 366"
    )


@strawberry.type(description="The assessment, under way or done before")
class AssessDraftPayload:
    """An assessment."""

    job: PolicyJob = strawberry.field(description="The job")


@strawberry.input(description="Evidence to be gathered from the ledger")
class GatherEvidenceInput:
    """A gathering."""

    days: int = strawberry.field(default=90, description="How many days are looked at, from 1 to 366")


@strawberry.type(description="The gathering, under way")
class GatherEvidencePayload:
    """A gathering."""

    job: PolicyJob = strawberry.field(description="The job")


@strawberry.input(description="A job to be given up")
class CancelJobInput:
    """A cancellation."""

    job: strawberry.ID = strawberry.field(description="Its number")


@strawberry.type(description="The job as it stands")
class CancelJobPayload:
    """A cancellation."""

    job: PolicyJob = strawberry.field(description="The job")
