"""The types of the ledger: accesses, what they gave of whom, and provisions to third parties."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from api.schema.arguments import After, First, told
from api.schema.paging import PageInfo
from models.ledger.access import Outcome
from models.provisions.retention import ProvisionMethod

strawberry.enum(Outcome, name="Outcome", description="All that was asked, a part of it, or nothing")
strawberry.enum(
    ProvisionMethod,
    name="ProvisionMethod",
    description="How records of provision to a recipient are made: singly, together, or in a contract (Rule 19)",
)


@strawberry.type(
    description="What one third party was given about one user (APPI Arts 29 and 31, Rules 20 and 28)"
)
class Provision:
    """A record of provision."""

    id: strawberry.ID = strawberry.field(description="Its number in the ledger")
    user: strawberry.ID = strawberry.field(
        description="Whom it is about; `unlinked:…` once the link was erased"
    )
    recipient: strawberry.ID = strawberry.field(description="To whom, by the id in `recipients`")
    recipient_name: str = strawberry.field(description="The recipient's name on that day")
    recipient_address: str = strawberry.field(description="The recipient's address on that day")
    recipient_representative: str = strawberry.field(description="Who represented the recipient on that day")
    items: list[strawberry.ID] = strawberry.field(description="The fields that were provided")
    basis: strawberry.ID = strawberry.field(description="CONSENT, or the item of Art 27(1)")
    consented_at: datetime | None = strawberry.field(
        description="When the person consented; null where another basis stood in for consent"
    )
    provided_on: date = strawberry.field(description="The day in Japan")
    retain_until: date = strawberry.field(
        description="The last day the record must be kept (Rule 21); it moves on while records are made together"
    )
    method: ProvisionMethod = strawberry.field(
        description="INDIVIDUAL: a record for each provision. BULK: one for all to the recipient about the person."
        " CONTRACT: a contract stands in for it (Rule 19(3))"
    )
    contract: str | None = strawberry.field(
        description="The contract that stands in for the record; null for the other methods"
    )
    first_provided_on: date = strawberry.field(
        description="The day in Japan of the first provision that the record tells of"
    )
    last_provided_on: date = strawberry.field(description="That of the last, from which its term counts")
    purgeable: bool = strawberry.field(description="Whether its term is over, so that it may be removed")
    confirmation: strawberry.ID | None = strawberry.field(
        description="The confirmation that people agree to being known to the recipient (Art 31(1)(i));"
        " null where the recipient is not expected to know whom such information is about"
    )
    confirmed_on: date | None = strawberry.field(description="The day on which that was confirmed")
    foreign_informed: bool | None = strawberry.field(
        description="Whether it was confirmed too that people were told of the recipient's country (Art 31(1)(ii))"
    )


@strawberry.type(description="A provision and its place in the list")
class ProvisionEdge:
    """An edge."""

    node: Provision = strawberry.field(description="The provision")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of provisions, newest first")
class ProvisionConnection:
    """A page."""

    edges: list[ProvisionEdge] = strawberry.field(description="The provisions of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.type(description="The part of an access that touched one user")
class Release:
    """A release."""

    user: strawberry.ID = strawberry.field(
        description="Whom it touched; `unlinked:…` once the link was erased"
    )
    released: list[strawberry.ID] = strawberry.field(description="The fields whose values were given")
    withheld: list[strawberry.ID] = strawberry.field(
        description="The fields that were asked for and not given; the change that told of them and changed nothing"
    )
    written: list[strawberry.ID] = strawberry.field(description="The fields that were entered or changed")
    arguments: list[strawberry.ID] = strawberry.field(
        description="The fields by which people were chosen or sorted"
    )
    basis: list[strawberry.ID] = strawberry.field(
        description="On what ground: SELF, CONSENT, ANNOUNCED, DUTY, or the item of Art 27(1)"
    )
    provision: Provision | None = strawberry.field(
        description="Its record under Art 29; null where nothing went to a third party that needs one,"
        " or where the record was removed after its term"
    )


@strawberry.type(description="A release and its place in the list")
class ReleaseEdge:
    """An edge."""

    node: Release = strawberry.field(description="The release")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of the releases of one access")
class ReleaseConnection:
    """A page."""

    edges: list[ReleaseEdge] = strawberry.field(description="The releases of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.type(description="One operation: who asked, why, for whom, and how it ended")
class Access:
    """An access."""

    id: strawberry.ID = strawberry.field(description="Its number in the ledger")
    at: datetime = strawberry.field(description="When it was answered or refused")
    request_id: strawberry.ID = strawberry.field(description="The same as in the answer's errors and headers")
    client: strawberry.ID = strawberry.field(description="Which client asked; `cli:NAME` for an operator")
    role: strawberry.ID = strawberry.field(description="What the requester was, such as `employer`")
    staff: strawberry.ID | None = strawberry.field(
        description="Which member of staff used the client, as their issuer knows them; told to staff alone"
    )
    purpose: strawberry.ID | None = strawberry.field(
        description="Why; null where it declared no purpose that is known"
    )
    recipient: strawberry.ID | None = strawberry.field(
        description="For whom; null where it named none of the client's"
    )
    operation: str | None = strawberry.field(description="The name of the operation, if it has one")
    edition: strawberry.ID = strawberry.field(description="The edition of the rules that decided it")
    edition_number: int | None = strawberry.field(
        description="Its number then; an edition that came into force again has another"
    )
    outcome: Outcome = strawberry.field(description="How it ended")
    code: str | None = strawberry.field(description="Why it was refused, if it was")
    reason: str | None = strawberry.field(
        description="The finer reason of a refusal; `PEOPLE_QUOTA_NEAR` where an access came near its client's quota"
    )
    users: int = strawberry.field(description="How many people it touched")

    @strawberry.field(description="Its parts, one for each user")
    def releases(
        self,
        user: Annotated[strawberry.ID | None, told("Only the part for this user")] = strawberry.UNSET,
        first: First = 50,
        after: After = strawberry.UNSET,
    ) -> ReleaseConnection:
        """Made by the walk."""
        raise LookupError(user, first, after)


@strawberry.type(description="An access and its place in the list")
class AccessEdge:
    """An edge."""

    node: Access = strawberry.field(description="The access")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of accesses, newest first")
class AccessConnection:
    """A page."""

    edges: list[AccessEdge] = strawberry.field(description="The accesses of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")
