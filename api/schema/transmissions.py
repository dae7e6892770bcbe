"""The types of the records of transmission: what was passed on of browsers' events (APPI Rule 28)."""

from datetime import date, datetime

import strawberry

from api.schema.paging import PageInfo


@strawberry.type(description="The record of one batch of events passed on to a company, made before it left")
class Transmission:
    """A record of transmission."""

    id: strawberry.ID = strawberry.field(description="Its number, which the batch bears as `jti`")
    at: datetime = strawberry.field(description="When it was made")
    recipient: strawberry.ID = strawberry.field(description="To whom, by the id in `recipients`")
    recipient_name: str = strawberry.field(description="The company's name on that day")
    recipient_address: str = strawberry.field(description="The company's address on that day")
    recipient_representative: str = strawberry.field(description="Who represented the company on that day")
    country: str = strawberry.field(description="Where the company was on that day (ISO 3166-1)")
    purpose: strawberry.ID = strawberry.field(description="For which purpose")
    items: list[strawberry.ID] = strawberry.field(description="What was passed on, as fields of events")
    events: int = strawberry.field(description="Of how many events")
    notices: list[strawberry.ID] = strawberry.field(description="The transmission notices that announced it")
    confirmation: strawberry.ID | None = strawberry.field(
        description="The confirmation of people's consent, where the company is expected to know whose it is (Art 31)"
    )
    confirmed_on: date | None = strawberry.field(description="When that was confirmed")
    foreign_informed: bool | None = strawberry.field(
        description="Whether it was confirmed too that people were told of the company's country"
    )
    first_on: date = strawberry.field(description="The day of the first event")
    last_on: date = strawberry.field(description="The day of the last event")
    retain_until: date = strawberry.field(description="The last day on which the record must be kept")
    edition: strawberry.ID = strawberry.field(
        description="The edition of the rules under which it was decided"
    )


@strawberry.type(description="A record of transmission, and its place in the list")
class TransmissionEdge:
    """An edge."""

    node: Transmission = strawberry.field(description="The record")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of records of transmission, newest first")
class TransmissionConnection:
    """A page."""

    edges: list[TransmissionEdge] = strawberry.field(description="Those of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")
