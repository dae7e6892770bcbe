"""The editions: each with its rules and tables, and who drafted, approved and published it, when, why, based on which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry

from api.gateway.documents.long import Long, tell, tell_list
from api.gateway.documents.selection import Selected
from api.gateway.refusal import Code, Refusal
from api.gateway.release.paging import page_size
from api.gateway.running import Running
from api.gateway.told import Told
from api.gateway.views.ledger import USUAL_PAGE
from api.schema.arguments import Most, Skip, told
from api.schema.finished import Info, finish
from api.schema.paging import PageInfo
from api.schema.policy import Rule
from models.day import moment
from models.publish import SHIPPED
from policies.drafts.sheet import write_rows, write_sheet
from policies.edition import Edition as PolicyEdition
from policies.rule import Rule as PolicyRule
from policies.rule import write_needs
from policies.table import COLUMNS, DECISIONS, FIELDS, RULES

ID = strawberry.ID
LONGEST_NUMBER = 9
AT_ONCE = 100
"""How many rows of a sheet are written before others have their turn."""

HISTORY = "Query.editions"
"""The guard of the history; who may not read it is told of no names."""


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

    @strawberry.field(description="Its rules; a deny wins, and what none allows is refused")
    async def rules(self, info: Info, first: Most = None, skip: Skip = None) -> list[Rule]:
        """A register."""
        del first, skip  # as selected
        made = await _made(info.context, self.id)
        return finish(await tell_list(_selected(info), Long(made.rules, _rule), info.context.bill))

    @strawberry.field(description="All of its tables")
    async def tables(self, info: Info) -> list[EditionTable]:
        """A register."""
        asked = _selected(info)
        return finish(
            [
                await tell(asked.children, asked.type_name, _table(name, rows), info.context.bill)
                for name, rows in sorted(_tables(await _made(info.context, self.id)).items())
            ]
        )

    @strawberry.field(description="One of its tables as CSV (RFC 4180) with its header, to keep or to import")
    async def csv(
        self, info: Info, table: Annotated[strawberry.ID, told("The table, such as `rules`")]
    ) -> str:
        """A register."""
        if table not in COLUMNS:
            raise Refusal(Code.BAD_INPUT, Told("TABLE_UNKNOWN", tables=", ".join(COLUMNS)), argument="table")
        rows, bill = _tables(await _made(info.context, self.id))[table], info.context.bill
        bill.add(len(rows.items))
        text = [write_sheet(table, ())]
        for start in range(0, len(rows.items), AT_ONCE):
            some = rows.places(AT_ONCE, start)
            text.append(write_rows(rows.view(rows.items[place]) for place in some))
            await bill.tell(len(some) * rows.width)
        return "".join(text)


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


def _selected(info: Info) -> Selected:
    """What is asked in the place of a resolver."""
    return info.context.selected(info.path.as_list())


def _tables(edition: PolicyEdition) -> dict[str, Long]:
    """The tables of an edition, of which no row is written before it is told."""
    fields = [[path, edition.declared[path]] for path in sorted(edition.declared)]
    short = {name: Long(rows, list, len(COLUMNS[name])) for name, rows in edition.short_sheets().items()}
    return {
        **short,
        FIELDS: Long(fields, list, len(COLUMNS[FIELDS])),
        DECISIONS: Long(edition.expectations, list, len(COLUMNS[DECISIONS])),
        RULES: Long(edition.rules, lambda rule: list(rule.row()), len(COLUMNS[RULES])),
    }


def _table(name: str, rows: Long) -> dict[str, Any]:
    return {"name": name, "columns": list(COLUMNS[name]), "rows": rows}


def _rule(rule: PolicyRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "effect": rule.effect.value,
        "role": rule.role,
        "action": rule.action,
        "purpose": rule.purpose,
        "field": rule.field,
        "recipient": rule.recipient,
        "needs": write_needs(rule.needs),
        "clause": rule.clause,
        "noteJa": rule.note_ja,
        "noteEn": rule.note_en,
    }
