"""The wish: what somebody wants of one row, made an edit of the whole row, or told what is wrong with it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from policies.edits import FIRST, Edit
from policies.flaw import Flaw
from policies.table import COLUMNS, FIELDS, row_key


class Wish(NamedTuple):
    """What somebody wants of one row.

    Attributes:
        columns: the columns that change, each with its value; None where the row goes.
        after: the key of the row it shall follow, `FIRST`, or None to leave it where it is.
    """

    table: str
    key: str
    columns: tuple[tuple[str, str], ...] | None
    after: str | None = None


def edits_of(
    tables: Mapping[str, list[list[str]]], wishes: Sequence[Wish], declared: set[str]
) -> tuple[tuple[Edit, ...], tuple[Flaw, ...]]:
    """The wishes as edits of whole rows, and what is wrong with them whatever the rows say."""

    @cache
    def rows(table: str) -> Mapping[str, tuple[str, ...]]:
        return {row_key(table, row): tuple(row) for row in tables.get(table, [])}

    edits: list[Edit] = []
    flaws: list[Flaw] = []
    named: set[tuple[str, str]] = set()
    for wish in wishes:
        wrong = _unfit(wish, rows(wish.table), named, declared)
        flaws += wrong
        named.add((wish.table, wish.key))
        if not wrong:
            edits.append(_edit(wish, rows(wish.table).get(wish.key)))
    return tuple(edits), tuple(flaws)


def _unfit(
    wish: Wish, rows: Mapping[str, object], named: set[tuple[str, str]], declared: set[str]
) -> list[Flaw]:
    def flaw(column: str, what: str, remedy: str) -> Flaw:
        return Flaw(wish.table, 0, wish.key, column, what, remedy)

    columns = COLUMNS.get(wish.table)
    if columns is None:
        return [flaw("", f"`{wish.table}` is no table of an edition", f"name one of {', '.join(COLUMNS)}")]
    found = []
    if (wish.table, wish.key) in named:
        found.append(flaw("", f"`{wish.key}` is named twice", "say all of a row in one edit"))
    known = wish.key in rows or (wish.table, wish.key) in named
    if wish.columns is None and not known:
        found.append(
            flaw("", f"`{wish.key}` is no row here", "leave the edit out, or name a row of the table")
        )
    if wish.table == FIELDS and wish.columns is not None and wish.key not in declared:
        what = f"`{wish.key}` is no field of personal data that code declares"
        found.append(flaw("path", what, "declare the field in code first"))
    if wish.after not in {None, FIRST} and wish.after not in rows and (wish.table, wish.after) not in named:
        found.append(
            flaw("", f"`{wish.after}`, which it shall follow, is no row here", "name a row before it")
        )
    given = [column for column, _ in wish.columns or ()]
    found += [
        flaw(column, f"`{column}` is no column of `{wish.table}`", f"name one of {', '.join(columns)}")
        for column in given
        if column not in columns
    ]
    found += [
        flaw(column, f"`{column}` is written twice", "write each column once")
        for column in sorted({each for each in given if given.count(each) > 1})
    ]
    return found


def _edit(wish: Wish, row: tuple[str, ...] | None) -> Edit:
    """The whole row; one that is new has empty cells where nothing was said, and its key in the first."""
    if wish.columns is None:
        return Edit(wish.table, wish.key, None)
    columns = COLUMNS[wish.table]
    cells = dict(zip(columns, row or ("",) * len(columns), strict=True))
    if row is None and columns[0] not in dict(wish.columns):
        cells[columns[0]] = wish.key
    cells.update(wish.columns)
    return Edit(wish.table, wish.key, tuple(cells.values()), wish.after)
