"""The edits: what a draft changes of an edition, row by row; and the same brought onto another edition."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from policies.check.near import Known
from policies.mistake import Mistake, PolicyError, listed, mistake
from policies.table import COLUMNS, Sheets, row_key

LAST: Final = "\n"
"""In `after`: the row stands at the end, whatever rows there are; no key is written so."""

FIRST: Final = ""
"""In `after`: the row stands first."""


class Edit(NamedTuple):
    """One row added, changed, moved or removed.

    Attributes:
        key: what no other row of the table has, as `row_key` makes it.
        cells: the row as it shall be, or None where it is removed.
        after: the key of the row it shall follow; None where it stays in its place, or at the end if it is new.
    """

    table: str
    key: str
    cells: tuple[str, ...] | None
    after: str | None = None


class Conflict(NamedTuple):
    """One row that a draft and the edition in force both changed, each in its way."""

    table: str
    key: str
    base: tuple[str, ...] | None
    mine: tuple[str, ...] | None
    theirs: tuple[str, ...] | None


Keyed = dict[str, tuple[str, ...]]


def apply(tables: Mapping[str, list[list[str]]], edits: Iterable[Edit]) -> Sheets:
    """The tables with these edits, in their order.

    Raises:
        PolicyError: an edit names no table, a row that is not there, or a row under another key.
    """
    edits = tuple(edits)
    mistakes = [wrong for edit in edits if (wrong := _unfit(edit))]
    if mistakes:
        raise PolicyError(mistakes)
    edited: Sheets = {table: [list(row) for row in rows] for table, rows in tables.items()}
    for table in dict.fromkeys(edit.table for edit in edits):
        own = [edit for edit in edits if edit.table == table]
        edited[table] = [list(row) for row in _applied(table, edited.get(table, []), own)]
    return edited


def unknown_table(name: str, key: str = "") -> Mistake:
    """That an edition has no such table, with those it has."""
    near = Known(COLUMNS).near(name)
    return mistake("TABLE_UNKNOWN", name, 0, "", key, near=near, name=name, **listed("tables", COLUMNS))


def _unfit(edit: Edit) -> Mistake | None:
    """What is wrong with an edit whatever it is applied to."""
    columns = COLUMNS.get(edit.table)
    place = (edit.table, 0, "", edit.key)
    if columns is None:
        return unknown_table(edit.table, edit.key)
    if edit.cells is None:
        return None
    if len(edit.cells) != len(columns):
        return mistake("ROW_LENGTH", *place, cells=len(edit.cells), width=len(columns))
    named = row_key(edit.table, edit.cells)
    if named != edit.key:
        return mistake("EDIT_RENAMES", edit.table, 0, columns[0], edit.key, row=edit.key, named=named)
    return None


def _applied(table: str, rows: list[list[str]], edits: Sequence[Edit]) -> list[tuple[str, ...]]:
    known: Keyed = {row_key(table, row): tuple(row) for row in rows}
    missing = [edit for edit in edits if edit.cells is None and edit.key not in known]
    if missing:
        raise PolicyError(mistake("EDIT_NO_ROW", table, 0, "", each.key, name=each.key) for each in missing)
    cells = {edit.key: edit.cells for edit in edits}
    placed = {
        each.key: each
        for each in edits
        if each.cells is not None and (each.after is not None or each.key not in known)
    }
    kept = [key for key in known if key not in placed and cells.get(key, known[key]) is not None]
    return [cells.get(key) or known[key] for key in _in_order(kept, placed.values())]


def _in_order(kept: Sequence[str], placed: Iterable[Edit]) -> Iterator[str]:
    """The keys of the rows that stay with those that are placed among them, one edit after the other."""
    following: dict[str | None, str | None] = dict(pairwise((None, *kept, None)))  # None: both ends
    last = kept[-1] if kept else None
    for edit in placed:
        known = edit.after is not None and edit.after in following
        before = None if edit.after == FIRST else edit.after if known else last
        following[edit.key], following[before] = following[before], edit.key
        last = edit.key if before == last else last
    key = following[None]
    while key is not None:
        yield key
        key = following[key]


def compare(before: Mapping[str, list[list[str]]], after: Mapping[str, list[list[str]]]) -> tuple[Edit, ...]:
    """The edits that make the one of the other; of each table, those of rows that stay before those that move."""
    return tuple(
        edit for table in COLUMNS for edit in _compared(table, before.get(table, []), after.get(table, []))
    )


def _compared(table: str, before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> Iterable[Edit]:
    old: Keyed = {row_key(table, row): tuple(row) for row in before}
    new: Keyed = {row_key(table, row): tuple(row) for row in after}
    if old == new and list(old) == list(new):
        return
    yield from (Edit(table, key, None) for key in old if key not in new)
    places = {key: place for place, key in enumerate(old)}
    still = _rising([key for key in new if key in old], places)
    yield from (Edit(table, key, new[key]) for key in new if key in still and new[key] != old[key])
    last = FIRST
    at_end = len(new) - next((n for n, key in enumerate(reversed(new)) if key in still), len(new))
    for place, (key, cells) in enumerate(new.items()):
        if key not in still:
            yield Edit(table, key, cells, None if place >= at_end and key not in old else last)
        last = key


def _rising(keys: Sequence[str], places: Mapping[str, int]) -> frozenset[str]:
    """The most of these keys whose order is that of their places: those that need not move."""
    tails: list[int] = []
    ends: list[str] = []
    before: dict[str, str | None] = {}
    for key in keys:
        at = bisect_left(tails, places[key])
        before[key] = ends[at - 1] if at else None
        tails[at : at + 1] = [places[key]]
        ends[at : at + 1] = [key]
    kept: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(kept)


def rebase(
    base: Mapping[str, list[list[str]]], edits: Iterable[Edit], onto: Mapping[str, list[list[str]]]
) -> tuple[tuple[Edit, ...], tuple[Conflict, ...]]:
    """The edits of a draft as edits of another edition, and the rows that both changed differently.

    An edit that the other edition holds already falls away. A row in conflict keeps the draft's edit until somebody
    decides, so that nothing is lost.
    """
    was = {table: {row_key(table, row): tuple(row) for row in rows} for table, rows in base.items()}
    now = {table: {row_key(table, row): tuple(row) for row in rows} for table, rows in onto.items()}
    kept, conflicts = [], []
    for edit in edits:
        before = was.get(edit.table, {}).get(edit.key)
        theirs = now.get(edit.table, {}).get(edit.key)
        if theirs == edit.cells and (edit.after is None or theirs is None):
            continue
        if theirs not in {before, edit.cells}:
            conflicts.append(Conflict(edit.table, edit.key, before, edit.cells, theirs))
        kept.append(edit)
    return tuple(kept), tuple(conflicts)
