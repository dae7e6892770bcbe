"""The view of editions: each with its rules and tables, and who drafted, approved and published it, when and why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from api.gateway.documents.long import Long, tell
from api.gateway.refusal import Code, Refusal
from api.gateway.release.paging import page_size
from api.gateway.running import Running, Step
from api.gateway.told import Told, either
from api.gateway.views.ledger import USUAL_PAGE, connection
from models.database.store import Reader
from models.day import moment
from models.publish import SHIPPED
from policies.check.near import Known
from policies.drafts.sheet import write_rows, write_sheet
from policies.edition import Edition
from policies.rule import Rule, write_needs
from policies.table import COLUMNS, DECISIONS, FIELDS, RULES

View = dict[str, Any]
EDITION_DOORS: Final = ("edition", "editions")
"""The root fields that tell of editions."""

HISTORY: Final = "Query.editions"
"""The guard of the history; who may not read it is told of no names."""

LONGEST_NUMBER: Final = 9
AT_ONCE: Final = 100
"""How many rows of a sheet are written before others have their turn."""


async def look_up_editions(_: Reader, step: Step, running: Running) -> View | None:
    """What one of these root fields asks for: a page of the history, or the edition it names.

    Raises:
        Refusal: `BAD_INPUT` for an id that no edition has, a cursor or a table that is none; `LIMIT_EXCEEDED` where
            lists are too long for all the names they are asked under.
    """
    selected, arguments = step.root.selected, step.arguments
    found = (_one if selected.name == "edition" else _page)(running, arguments)
    return await tell(selected.children, selected.type_name, await found, running.bill)


async def _one(running: Running, arguments: Mapping[str, Any]) -> View:
    row = await running.inforce.published(arguments.get("id") or running.force.edition.id)
    if row is None:
        raise Refusal(Code.BAD_INPUT, Told("EDITION_UNKNOWN", argument="id"), argument="id")
    return _edition(row, running)


async def _page(running: Running, arguments: Mapping[str, Any]) -> View:
    size, after = page_size(arguments.get("first"), USUAL_PAGE), arguments.get("after") or None
    if after is not None and not (after.isdecimal() and len(after) <= LONGEST_NUMBER):
        raise Refusal(Code.BAD_INPUT, Told("CURSOR_OF_ANOTHER"), argument="after")
    rows = await running.inforce.history(None if after is None else int(after), size + 1)
    nodes, ends = [_edition(row, running) for row in rows[:size]], [str(row[1]) for row in rows[:size]]
    return connection(nodes, ends, more=len(rows) > size)


def _edition(row: Sequence[Any], running: Running) -> View:
    name, shown = row[0], running.plain.may(HISTORY)

    async def rules(**_page: int | None) -> Long:
        return Long((await _made(running, name)).rules, _rule)

    async def tables() -> list[View]:
        every = sorted(_tables(await _made(running, name)).items())
        return [{"name": table, "columns": list(COLUMNS[table]), "rows": rows} for table, rows in every]

    async def csv(table: str) -> str:
        if table not in COLUMNS:
            raise Refusal(Code.BAD_INPUT, _no_table(table), argument="table")
        return await _sheet(table, _tables(await _made(running, name))[table], running)

    return {
        "id": name,
        "number": row[1],
        "publishedAt": row[2] and moment(row[2]),
        "publishedBy": row[3] if shown or row[3] == SHIPPED else None,
        "approvedBy": row[4] if shown else None,
        "note": row[5] if shown or row[3] == SHIPPED else None,
        "base": row[6],
        "draft": row[7] if shown else None,
        "draftedBy": orjson.loads(row[8] or "[]") if shown else [],
        "rules": rules,
        "tables": tables,
        "csv": csv,
    }


def _no_table(name: str) -> Told:
    """That an edition has no such table; the nearest, or else all of them."""
    if near := Known(COLUMNS).near(name):
        return Told("NAME_NEAR", argument="table", near=[either(near)])
    return Told("TABLE_UNKNOWN", tables=[either([each]) for each in COLUMNS])


async def _made(running: Running, name: str) -> Edition:
    force = running.force
    return force.edition if name == force.edition.id else await running.inforce.edition(name)


def _tables(edition: Edition) -> dict[str, Long]:
    """The tables of an edition, of which no row of a long one is written before it is told."""
    fields = [[path, edition.declared[path]] for path in sorted(edition.declared)]
    short = {name: _long(name, rows) for name, rows in edition.short_sheets().items()}
    return {
        **short,
        FIELDS: _long(FIELDS, fields),
        DECISIONS: _long(DECISIONS, edition.expectations),
        RULES: _long(RULES, edition.rules, lambda rule: list(rule.row())),
    }


def _long(table: str, rows: Sequence[Any], view: Callable[[Any], list[str]] = list) -> Long:
    return Long(rows, view, len(COLUMNS[table]))


async def _sheet(table: str, rows: Long, running: Running) -> str:
    running.bill.add(len(rows.items))
    text = [write_sheet(table, ())]
    for start in range(0, len(rows.items), AT_ONCE):
        some = rows.places(AT_ONCE, start)
        text.append(write_rows(rows.view(rows.items[place]) for place in some))
        await running.bill.tell(len(some) * rows.width)
    return "".join(text)


def _rule(rule: Rule) -> View:
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
