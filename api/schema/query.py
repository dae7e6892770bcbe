"""The queries: doors on people, whose answers are finished before, and registers that hold nobody's data."""

from datetime import datetime
from typing import Any

import strawberry

from api.gateway.filter import OrderName
from api.gateway.refusal import Code, Refusal
from api.gateway.running import Running
from api.schema.inputs import UserFilter
from api.schema.ledger import AccessConnection, ProvisionConnection
from api.schema.paging import PageInfo
from api.schema.personal import User
from api.schema.policy import Edition, Explanation, FieldInfo, Purpose, Recipient
from api.schema.registers import edition_of, explain_question, fields_of, purposes_of, recipients_of
from models.access import Outcome
from policies.vocabulary import Action

Info = strawberry.Info[Running, None]


@strawberry.type
class UserEdge:
    """An edge."""

    node: User
    cursor: str


@strawberry.type(description="A page of users; those who do not exist for the requester are nowhere in it")
class UserConnection:
    """A page."""

    edges: list[UserEdge]
    page_info: PageInfo


def finished(info: Info) -> Any:  # noqa: ANN401 - a finished value stands for any type
    """What the door released for this response key."""
    return info.context.finished[str(info.path.key)]


@strawberry.type(description="Everything that can be asked; an operation on people declares its purpose")
class Query:
    """The root of queries."""

    @strawberry.field(description="Oneself: for the role `user` under `service.account`")
    def me(self, info: Info) -> User | None:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="One person; null for nobody and for one who does not exist for the requester"
    )
    def user(self, info: Info, id: strawberry.ID) -> User | None:
        """Finished."""
        return finished(info)

    @strawberry.field(description="People, a page at a time; at most 1000")
    def users(
        self,
        info: Info,
        first: int | None = 20,
        after: str | None = strawberry.UNSET,
        filter: UserFilter | None = strawberry.UNSET,
        order_by: OrderName | None = strawberry.UNSET,
    ) -> UserConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="The ledger, newest first")
    def accesses(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        user: strawberry.ID | None = strawberry.UNSET,
        client: strawberry.ID | None = strawberry.UNSET,
        purpose: strawberry.ID | None = strawberry.UNSET,
        recipient: strawberry.ID | None = strawberry.UNSET,
        field: str | None = strawberry.UNSET,
        outcome: Outcome | None = strawberry.UNSET,
        request_id: strawberry.ID | None = strawberry.UNSET,
        since: datetime | None = strawberry.UNSET,
        until: datetime | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> AccessConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="The records of provision to third parties, newest first")
    def provisions(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        user: strawberry.ID | None = strawberry.UNSET,
        recipient: strawberry.ID | None = strawberry.UNSET,
        since: datetime | None = strawberry.UNSET,
        until: datetime | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> ProvisionConnection:
        """Finished."""
        return finished(info)

    @strawberry.field(description="Why a question is answered as it is, and what came nearest to allowing it")
    async def explain(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        purpose: strawberry.ID,
        role: strawberry.ID,
        recipient: strawberry.ID,
        field: str,
        facts: list[strawberry.ID] | None = strawberry.UNSET,
        action: Action | None = strawberry.UNSET,
        edition: strawberry.ID | None = strawberry.UNSET,
        user: strawberry.ID | None = strawberry.UNSET,
        access: strawberry.ID | None = strawberry.UNSET,
    ) -> Explanation:
        """A register."""
        if user:
            raise Refusal(
                Code.BAD_INPUT,
                "a person's standing is personal data and not told here: name the `facts` to ask about",
                argument="user",
            )
        return await explain_question(
            info.context,
            role=role,
            action=str(getattr(action, "value", None) or "read"),
            purpose=purpose,
            field=field,
            recipient=recipient,
            facts=facts or [],
            edition=edition or None,
            access=access or None,
        )

    @strawberry.field(description="The purposes that can be declared, and their abstract parents")
    def purposes(self, info: Info) -> list[Purpose]:
        """A register."""
        return purposes_of(info.context.force)

    @strawberry.field(description="Those to whom data may go")
    def recipients(self, info: Info) -> list[Recipient]:
        """A register."""
        return recipients_of(info.context.force)

    @strawberry.field(
        description="Every field of personal data, with its category and the purposes that may read it"
    )
    def fields(self, info: Info) -> list[FieldInfo]:
        """A register."""
        return fields_of(info.context.force)

    @strawberry.field(description="An edition with its rules; the one in force by default")
    async def edition(self, info: Info, id: strawberry.ID | None = strawberry.UNSET) -> Edition:
        """A register."""
        return await edition_of(info.context, id or None)
