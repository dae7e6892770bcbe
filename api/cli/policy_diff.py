"""`mokuteki policy diff`: what the checkout would change of a published edition, row by row."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from api.cli.shared import (
    CommandError,
    edition_of_checkout,
    err,
    examples,
    must_exist,
    out,
    reaching,
    settings,
)
from api.cli.told import counted
from models.database.opening import opened
from models.database.store import Store, StoreUnavailable
from models.inforce import InForce
from policies.edition import MODEL, Edition
from policies.table import COLUMNS, row_key

SHORTEST = 4
_EDITIONS = "SELECT id, number FROM editions ORDER BY number DESC"


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "diff",
        epilog=examples("mokuteki policy diff", "mokuteki policy diff 3", "mokuteki policy diff 22c4ff22"),
    )(diff)


def diff(
    edition: Annotated[
        str | None,
        typer.Argument(
            help="A published edition by its number or the beginning of its id; the one in force by default."
        ),
    ] = None,
) -> None:
    """Show what the files of the checkout change, rule by rule, against a published edition."""
    ours = edition_of_checkout()
    name, theirs = asyncio.run(_published(edition))
    changes = list(_changes(theirs, ours))
    for line in changes:
        out.print(line, soft_wrap=True, markup=False)
    what = counted(len(changes), "difference") if changes else "no difference"
    err.print(f"{what} from {name} ({theirs.id[:12]}) to the checkout ({ours.id[:12]})", soft_wrap=True)


async def _published(asked: str | None) -> tuple[str, Edition]:
    given = settings()
    must_exist(given)
    with reaching():
        async with opened(given.database_url, pool_size=2) as store:
            number, name = await _choose(store, asked)
            return f"edition {number}", await InForce(store).edition(name)


async def _choose(store: Store, asked: str | None) -> tuple[int, str]:
    try:
        rows = await store.fetch(_EDITIONS, {})
    except StoreUnavailable as error:
        raise CommandError("the database has no editions: run `mokuteki init`") from error
    if asked is not None and not asked.isdigit() and len(asked) < SHORTEST:
        raise CommandError(
            f"`EDITION` is too short: give its number, or {SHORTEST} characters of its id or more"
        )
    found = [row for row in rows if asked is None or asked == str(row[1]) or _begins(row[0], asked)]
    if not found:
        raise CommandError("no published edition has this number or id: leave it out for the one in force")
    if len({row[0] for row in found}) > 1 and asked is not None:
        raise CommandError("several editions begin so: give more of the id")
    return int(found[0][1]), str(found[0][0])


def _begins(name: str, asked: str) -> bool:
    return len(asked) >= SHORTEST and name.startswith(asked.lower())


def _changes(theirs: Edition, ours: Edition) -> Iterator[str]:
    """Each added, removed or changed row, the rules first."""
    before, after = theirs.tables(), ours.tables()
    for table in ("rules", *(each for each in COLUMNS if each != "rules")):
        old, new = _keyed(table, before[table]), _keyed(table, after[table])
        yield from _rows(f"{table}.csv", COLUMNS[table], old, new)
        if old.keys() == new.keys() and list(old) != list(new):
            yield f"~ {table}.csv: the rows stand in another order"
    if theirs.model != ours.model:
        yield f"~ {MODEL}: the text differs"


def _keyed(table: str, rows: list[list[str]]) -> dict[str, list[str]]:
    return {row_key(table, row): row for row in rows}


def _rows(
    table: str, columns: tuple[str, ...], before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            yield f"+ {table} {key}: {_told(columns, new)}"
        elif new is None and old is not None:
            yield f"- {table} {key}: {_told(columns, old)}"
        elif old is not None and new is not None and old != new:
            cells = zip(columns, old, new, strict=True)
            changed = (f"{column} `{was}` → `{now}`" for column, was, now in cells if was != now)
            yield f"~ {table} {key}: {'; '.join(changed)}"


def _told(columns: tuple[str, ...], row: list[str]) -> str:
    return ", ".join(f"{column} {cell}" for column, cell in zip(columns[1:], row[1:], strict=True) if cell)
