"""The types of a change in a register: the same for clients, recipients and grounds."""

from datetime import datetime

import strawberry


@strawberry.type(description="One part of a record that was changed; secrets by their times alone")
class RegisterPart:
    """A part."""

    name: str = strawberry.field(description="Its name in the record")
    was: str | None = strawberry.field(description="What stood there, in JSON")
    became: str | None = strawberry.field(description="What stands there since, in JSON")


@strawberry.type(description="One change of a record in a register")
class RegisterChange:
    """A change."""

    id: strawberry.ID = strawberry.field(description="Its number")
    at: datetime = strawberry.field(description="When")
    by: strawberry.ID = strawberry.field(
        description="Who: a member of staff, a client, or an operator as `cli:NAME`"
    )
    request_id: strawberry.ID | None = strawberry.field(
        description="The `requestId` of its access in the ledger; null for an operator's command"
    )
    what: strawberry.ID = strawberry.field(
        description="What was done, such as `ADDED`, `CHANGED`, `SECRET_ADDED`, `STOPPED`, `SUPERVISED` or `ENDED`"
    )
    parts: list[RegisterPart] = strawberry.field(description="The parts that are not as they were")
