"""The types of case files: what an authority asks for by law, and who opened, approved and closed the file of it."""

from datetime import datetime

import strawberry

from api.schema.paging import PageInfo
from models.cases.record import CaseState

strawberry.enum(
    CaseState,
    name="CaseState",
    description="How far a case file is: `TO_APPROVE` by another, its time is `TO_COME`, it is `OPEN`, `OVER`, or it was"
    " `CLOSED`; only what is open lets anything out",
)
UNSET = strawberry.UNSET
WHICH = "Its number, as `cases` tells it"


@strawberry.type(description="A case file: what the law permits to be told without consent (APPI Art 27(1))")
class Case:
    """A case file."""

    id: strawberry.ID = strawberry.field(description="Its number")
    recipient: strawberry.ID = strawberry.field(description="To whom it goes")
    basis: strawberry.ID = strawberry.field(description="The item of Art 27(1), such as `27-1-1`")
    reference: str = strawberry.field(description="The number or name of the document")
    office: str = strawberry.field(description="The office that asks")
    requester: str = strawberry.field(description="Who asks there")
    why_no_consent: str | None = strawberry.field(
        description="Why consent is hard to get or would obstruct: for `27-1-2` to `27-1-4`"
    )
    items: list[strawberry.ID] = strawberry.field(description="What may go out: fields or categories")
    people: list[strawberry.ID] = strawberry.field(
        description="Whom it names, as far as they exist for the requester; each who is told is on record"
    )
    from_: datetime = strawberry.field(name="from", description="From when on")
    until: datetime = strawberry.field(description="Until when, that moment not included")
    state: CaseState = strawberry.field(description="How far it is now")
    opened_by: strawberry.ID = strawberry.field(description="Who opened it: a member of staff, or a client")
    opened_at: datetime | None = strawberry.field(description="When; null where nobody noted it")
    approved_by: strawberry.ID | None = strawberry.field(description="Who approved it, never who opened it")
    approved_at: datetime | None = strawberry.field(description="When")
    closed_by: strawberry.ID | None = strawberry.field(description="Who closed it")
    closed_at: datetime | None = strawberry.field(description="When; nothing goes out since")


@strawberry.type(description="A case file and its place in the list")
class CaseEdge:
    """An edge."""

    node: Case = strawberry.field(description="The case file")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of case files")
class CaseConnection:
    """A page."""

    edges: list[CaseEdge] = strawberry.field(description="The case files of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.input(description="A case file to open; every mistake in it is told at once")
class OpenCaseInput:
    """A new case file."""

    recipient: strawberry.ID = strawberry.field(description="A registered authority")
    basis: str | None = strawberry.field(
        default=UNSET,
        description="Needed: the item of Art 27(1), `27-1-1` to `27-1-4`; to say that the law permits it is none",
    )
    reference: str = strawberry.field(description="The number or name of the document")
    office: str = strawberry.field(description="The office that asks")
    requester: str = strawberry.field(description="Who asks there")
    people: list[strawberry.ID] = strawberry.field(description="Whom it is about; nobody else is told of")
    items: list[strawberry.ID] = strawberry.field(
        description="What may go out: fields or categories such as `name`; nothing else does"
    )
    until: datetime = strawberry.field(description="Until when; still to come")
    from_: datetime | None = strawberry.field(
        default=UNSET, name="from", description="From when on; from its approval if left out"
    )
    why_no_consent: str | None = strawberry.field(
        default=UNSET,
        description="Why consent is hard to get or would obstruct; needed for `27-1-2` to `27-1-4`",
    )


@strawberry.input(description="A case file to approve, by another than who opened it")
class ApproveCaseInput:
    """An approval."""

    case: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.input(description="A case file to close")
class CloseCaseInput:
    """A closing."""

    case: strawberry.ID = strawberry.field(description=WHICH)


@strawberry.type(description="What opening a case file answers")
class OpenCasePayload:
    """A case file."""

    case: Case = strawberry.field(description="The case file, which lets nothing out before it is approved")


@strawberry.type(description="What approving a case file answers")
class ApproveCasePayload:
    """A case file."""

    case: Case = strawberry.field(description="The case file as it stands now")


@strawberry.type(description="What closing a case file answers")
class CloseCasePayload:
    """A case file."""

    case: Case = strawberry.field(description="The case file as it stands now")
