"""The wish: what somebody wants of one row, made an edit of the whole row, or told what is wrong with it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from policies.check.near import Known
from policies.drafts.edits import Edit, unknown_table
from policies.mistake import Mistake, listed, named
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
) -> tuple[tuple[Edit, ...], tuple[Mistake, ...]]:
    """The wishes as edits of whole rows, and what is wrong with them whatever the rows say."""

    @cache
    def rows(table: str) -> Mapping[str, tuple[str, ...]]:
        return {row_key(table, row): tuple(row) for row in tables.get(table, [])}

    @cache
    def keys(table: str) -> Known:
        return Known(rows(table))

    edits: list[Edit] = []
    flaws: list[Mistake] = []
    before: set[tuple[str, str]] = set()
    for wish in wishes:
        wrong = _unfit(wish, keys(wish.table), before, declared)
        flaws += wrong
        before.add((wish.table, wish.key))
        if not wrong:
            edits.append(_edit(wish, rows(wish.table).get(wish.key)))
    return tuple(edits), tuple(flaws)


def _unfit(wish: Wish, rows: Known, before: set[tuple[str, str]], declared: set[str]) -> list[Mistake]:
    def flaw(column: str, code: str, near: Sequence[str] = (), **told: str | None) -> Mistake:
        return Mistake(code, wish.table, 0, column, wish.key, named(told), tuple(near))

    columns = COLUMNS.get(wish.table)
    if columns is None:
        return [unknown_table(wish.table, wish.key)]
    found = []
    if (wish.table, wish.key) in before:
        found.append(flaw("", "EDIT_TWICE", name=wish.key))
    known = wish.key in rows or (wish.table, wish.key) in before
    if wish.columns is None and not known:
        found.append(flaw("", "EDIT_NO_ROW", rows.near(wish.key), name=wish.key))
    if wish.table == FIELDS and wish.columns is not None and wish.key not in declared:
        found.append(flaw("path", "EDIT_UNDECLARED", path=wish.key))
    if wish.after and wish.after not in rows and (wish.table, wish.after) not in before:
        found.append(flaw("", "AFTER_NO_ROW", rows.near(wish.after), name=wish.after))
    given = [column for column, _ in wish.columns or ()]
    found += [
        flaw(column, "COLUMN_UNKNOWN", Known(columns).near(column), name=column, **listed("columns", columns))
        for column in given
        if column not in columns
    ]
    twice = sorted({each for each in given if given.count(each) > 1})
    return [*found, *(flaw(column, "COLUMN_TWICE", name=column) for column in twice)]


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
