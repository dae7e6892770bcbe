"""The queries of people: their answers are finished before."""

from typing import Annotated

import strawberry

from api.gateway.release.filter import OrderName
from api.schema.arguments import After, First, told
from api.schema.finished import Info, finished
from api.schema.inputs import UserFilter
from api.schema.paging import PageInfo
from api.schema.personal import User

UNSET = strawberry.UNSET


@strawberry.type(description="A user and their place in the list")
class UserEdge:
    """An edge."""

    node: User = strawberry.field(description="The user")
    cursor: str = strawberry.field(description="Their place, for `after`")


@strawberry.type(description="A page of users; those who do not exist for the requester are nowhere in it")
class UserConnection:
    """A page."""

    edges: list[UserEdge] = strawberry.field(description="The users of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.type
class PeopleQueries:
    """Oneself, one person, and people by the page."""

    @strawberry.field(
        description="Oneself: for the role `user`, under `service.account` or `compliance.requests`"
    )
    def me(self, info: Info) -> User | None:
        """Finished."""
        return finished(info)

    @strawberry.field(
        description="One person; null for nobody and for one who does not exist for the requester"
    )
    def user(self, info: Info, id: Annotated[strawberry.ID, told("The user's id")]) -> User | None:
        """Finished."""
        return finished(info)

    @strawberry.field(description="People, a page at a time; at most 1000")
    def users(
        self,
        info: Info,
        first: First = 20,
        after: After = UNSET,
        filter: Annotated[UserFilter | None, told("Only those who meet all of it")] = UNSET,
        order_by: Annotated[OrderName | None, told("In which order; `ID_ASC` if left out")] = UNSET,
    ) -> UserConnection:
        """Finished."""
        return finished(info)
