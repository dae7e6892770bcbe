"""The editions: each with its rules and tables, and who drafted, approved and published it, when, why, based on which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry

from api.gateway.refusal import Code, Refusal
from api.gateway.release.paging import page_size
from api.gateway.running import Running
from api.gateway.told import Told
from api.gateway.views.ledger import USUAL_PAGE
from api.schema.arguments import told
from api.schema.finished import Info
from api.schema.paging import PageInfo
from api.schema.policy import Rule
from models.day import moment
from models.publish import SHIPPED
from policies.drafts.sheet import write_sheet
from policies.edition import Edition as PolicyEdition
from policies.rule import write_needs
from policies.table import COLUMNS

ID = strawberry.ID
LONGEST_NUMBER = 9
HISTORY = "Query.editions"
"""The guard of the history; who may not read it is told of no names."""


@strawberry.type(description="One table of an edition, as its file holds it")
class EditionTable:
    """A table."""

    name: strawberry.ID = strawberry.field(description="Its name, such as `rules`")
    columns: list[str] = strawberry.field(description="Its columns")
    rows: list[list[str]] = strawberry.field(description="Its rows, each with a cell for every column")


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

    @strawberry.field(description="Its rules; a deny wins, and what none allows is refused")
    async def rules(self, info: Info) -> list[Rule]:
        """A register."""
        return rules_of(await _made(info.context, self.id))

    @strawberry.field(description="All of its tables")
    async def tables(self, info: Info) -> list[EditionTable]:
        """A register."""
        made = await _made(info.context, self.id)
        return [
            EditionTable(name=ID(name), columns=list(COLUMNS[name]), rows=rows)
            for name, rows in sorted(made.tables().items())
        ]

    @strawberry.field(description="One of its tables as CSV (RFC 4180) with its header, to keep or to import")
    async def csv(
        self, info: Info, table: Annotated[strawberry.ID, told("The table, such as `rules`")]
    ) -> str:
        """A register."""
        if table not in COLUMNS:
            raise Refusal(Code.BAD_INPUT, Told("TABLE_UNKNOWN", tables=", ".join(COLUMNS)), argument="table")
        made = await _made(info.context, self.id)
        return write_sheet(table, made.tables()[table])


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


async def edition_of(running: Running, asked: str | None) -> Edition:
    """A published edition.

    Raises:
        Refusal: `BAD_INPUT` for an id that no edition has.
    """
    row = await running.inforce.published(asked or running.force.edition.id)
    if row is None:
        raise Refusal(Code.BAD_INPUT, Told("EDITION_UNKNOWN", argument="id"), argument="id")
    return _edition(row, running)


async def editions_of(running: Running, first: int | None, after: str | None) -> EditionConnection:
    """A page of the history."""
    size = page_size(first, USUAL_PAGE)
    if after is not None and not (after.isdecimal() and len(after) <= LONGEST_NUMBER):
        raise Refusal(Code.BAD_INPUT, Told("CURSOR_OF_ANOTHER"), argument="after")
    rows = await running.inforce.history(None if after is None else int(after), size + 1)
    edges = [EditionEdge(node=_edition(row, running), cursor=str(row[1])) for row in rows[:size]]
    info = PageInfo(
        has_next_page=len(rows) > size,
        has_previous_page=False,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return EditionConnection(edges=edges, page_info=info)


def _edition(row: Sequence[Any], running: Running) -> Edition:
    shown = running.plain.may(HISTORY)
    return Edition(
        id=ID(row[0]),
        number=row[1],
        published_at=row[2] and moment(row[2]),
        published_by=row[3] if shown or row[3] == SHIPPED else None,
        approved_by=row[4] if shown else None,
        note=row[5] if shown or row[3] == SHIPPED else None,
        base=row[6],
        draft=row[7] if shown else None,
        drafted_by=[ID(each) for each in orjson.loads(row[8] or "[]")] if shown else [],
    )


async def _made(running: Running, name: str) -> PolicyEdition:
    force = running.force
    return force.edition if name == force.edition.id else await running.inforce.edition(name)


def rules_of(edition: PolicyEdition) -> list[Rule]:
    """The rules of an edition."""
    return [
        Rule(
            id=ID(rule.id),
            effect=rule.effect.value,
            role=ID(rule.role),
            action=ID(rule.action),
            purpose=ID(rule.purpose),
            field=ID(rule.field),
            recipient=ID(rule.recipient),
            needs=write_needs(rule.needs),
            clause=rule.clause,
            note_ja=rule.note_ja,
            note_en=rule.note_en,
        )
        for rule in edition.rules
    ]
