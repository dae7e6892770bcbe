"""The types of the ledger: accesses, what they gave of whom, and provisions to third parties."""

from datetime import date, datetime

import strawberry

from api.schema.paging import PageInfo
from models.access import Outcome

strawberry.enum(Outcome, name="Outcome", description="All that was asked, a part of it, or nothing")


@strawberry.type(description="What one third party was given about one user (APPI Art 29, Rule 20)")
class Provision:
    """A record of provision."""

    id: strawberry.ID
    user: strawberry.ID
    recipient: strawberry.ID
    recipient_name: str
    recipient_address: str
    recipient_representative: str
    items: list[strawberry.ID] = strawberry.field(description="The fields that were provided")
    basis: strawberry.ID = strawberry.field(description="CONSENT, or the item of Art 27(1)")
    consented_at: datetime | None
    provided_on: date = strawberry.field(description="The day in Japan")
    retain_until: date = strawberry.field(description="The last day the record must be kept (Rule 21)")


@strawberry.type
class ProvisionEdge:
    """An edge."""

    node: Provision
    cursor: str


@strawberry.type
class ProvisionConnection:
    """A page."""

    edges: list[ProvisionEdge]
    page_info: PageInfo


@strawberry.type(description="The part of an access that touched one user")
class Release:
    """A release."""

    user: strawberry.ID
    released: list[strawberry.ID] = strawberry.field(description="The fields whose values were given")
    withheld: list[strawberry.ID] = strawberry.field(
        description="The fields that were asked for and not given"
    )
    arguments: list[strawberry.ID] = strawberry.field(
        description="The fields by which people were chosen or sorted"
    )
    basis: list[strawberry.ID] = strawberry.field(description="On what ground")
    provision: Provision | None


@strawberry.type
class ReleaseEdge:
    """An edge."""

    node: Release
    cursor: str


@strawberry.type
class ReleaseConnection:
    """A page."""

    edges: list[ReleaseEdge]
    page_info: PageInfo


@strawberry.type(description="One operation: who asked, why, for whom, and how it ended")
class Access:
    """An access."""

    id: strawberry.ID
    at: datetime
    request_id: strawberry.ID = strawberry.field(description="The same as in the answer's errors and headers")
    client: strawberry.ID
    role: strawberry.ID
    purpose: strawberry.ID | None
    recipient: strawberry.ID | None
    operation: str | None
    edition: strawberry.ID
    outcome: Outcome
    code: str | None = strawberry.field(description="Why it was refused, if it was")
    users: int = strawberry.field(description="How many people it touched")

    @strawberry.field(description="Its parts, one for each user")
    def releases(
        self,
        user: strawberry.ID | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> ReleaseConnection:
        """Made by the walk."""
        raise LookupError(user, first, after)


@strawberry.type
class AccessEdge:
    """An edge."""

    node: Access
    cursor: str


@strawberry.type
class AccessConnection:
    """A page."""

    edges: list[AccessEdge]
    page_info: PageInfo
