"""The queries of the registers: recipients, clients and grounds, which are about nobody."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.clients import Client
from api.schema.finished import Info, finished
from api.schema.grounds import Grounds
from api.schema.recipients import Recipient
from api.schema.usage import Usage, usage_of

UNSET = strawberry.UNSET


@strawberry.type
class RegisterQueries:
    """Each holds nobody and needs no purpose."""

    @strawberry.field(description="Those to whom data may go, or might, whatever their status; for staff")
    def recipients(self, info: Info) -> list[Recipient]:
        """Finished."""
        return finished(info)

    @strawberry.field(description="One recipient; null where none is named so; for staff")
    def recipient(
        self, info: Info, id: Annotated[strawberry.ID, told("The recipient's id")]
    ) -> Recipient | None:
        """Finished."""
        return finished(info)

    @strawberry.field(description="Every application that may ask or might; for staff")
    def clients(self, info: Info) -> list[Client]:
        """Finished."""
        return finished(info)

    @strawberry.field(description="One application; null where none is named so; for staff")
    def client(self, info: Info, id: Annotated[strawberry.ID, told("The client's name")]) -> Client | None:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="On what grounds recipients may be given data, beside consent and case files; for staff"
    )
    def grounds(
        self,
        info: Info,
        recipient: Annotated[strawberry.ID | None, told("Of this recipient; of all if left out")] = UNSET,
    ) -> Grounds:
        """Finished."""
        return finished(info)

    @strawberry.field(description="What the client that asks asked and was told, and what it may still ask")
    async def usage(self, info: Info) -> Usage:
        """A register."""
        return await usage_of(info.context)
