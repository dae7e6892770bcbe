"""The types of editions: each with its rules and tables, and who drafted, approved and published it, when and why."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.schema.arguments import Most, Skip, told
from api.schema.paging import PageInfo
from api.schema.policy import Rule


@strawberry.type(description="One table of an edition, as its file holds it")
class EditionTable:
    """A table."""

    name: strawberry.ID = strawberry.field(description="Its name, such as `rules`")
    columns: list[str] = strawberry.field(description="Its columns")

    @strawberry.field(description="Its rows, each with a cell for every column")
    def rows(self, first: Most = None, skip: Skip = None) -> list[list[str]]:
        """Finished."""
        raise NotImplementedError(first, skip)


@strawberry.type(description="One immutable version of everything a decision depends on")
class Edition:
    """An edition."""

    id: strawberry.ID = strawberry.field(description="The hash of all that is in it")
    number: int = strawberry.field(description="Which edition it is, counted from 1")
    published_at: datetime | None = strawberry.field(description="When it came into force")
    published_by: strawberry.ID | None = strawberry.field(
        description="Who published it, told to staff; `shipped` for one of a checkout"
    )
    approved_by: strawberry.ID | None = strawberry.field(
        description="Who approved it, told to staff; null where that was not needed"
    )
    note: str | None = strawberry.field(description="Why it was published, told to staff")
    base: strawberry.ID | None = strawberry.field(
        description="The edition that was in force before it; null for one of a checkout"
    )
    draft: strawberry.ID | None = strawberry.field(description="The draft it was, told to staff")
    drafted_by: list[strawberry.ID] = strawberry.field(
        description="All who had a part in its draft, told to staff"
    )
    tables: list[EditionTable] = strawberry.field(description="All of its tables")

    @strawberry.field(description="Its rules; a deny wins, and what none allows is refused")
    def rules(self, first: Most = None, skip: Skip = None) -> list[Rule]:
        """Finished."""
        raise NotImplementedError(first, skip)

    @strawberry.field(description="One of its tables as CSV (RFC 4180) with its header, to keep or to import")
    def csv(self, table: Annotated[strawberry.ID, told("The table, such as `rules`")]) -> str:
        """Finished."""
        raise NotImplementedError(table)


@strawberry.type(description="An edition and its place in the list")
class EditionEdge:
    """An edge."""

    node: Edition = strawberry.field(description="The edition")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of editions")
class EditionConnection:
    """A page."""

    edges: list[EditionEdge] = strawberry.field(description="The editions of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")
