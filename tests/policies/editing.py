"""The shipped edition with some rows edited, as a draft would have it."""

from collections.abc import Iterable

from policies.drafts.edits import Edit, apply
from policies.edition import Edition
from policies.table import COLUMNS, row_key
from tests.policies.world import edition


def row(table: str, key: str, **cells: str) -> Edit:
    """A row of the shipped edition with other cells."""
    (found,) = (list(each) for each in edition().tables()[table] if row_key(table, each) == key)
    for column, cell in cells.items():
        found[COLUMNS[table].index(column)] = cell
    return Edit(table, key, tuple(found))


def without(table: str, key: str) -> Edit:
    """A row of the shipped edition removed."""
    return Edit(table, key, None)


def new(table: str, *cells: str) -> Edit:
    """Another row."""
    return Edit(table, row_key(table, cells), cells)


def draft(*edits: Edit) -> Edition:
    """The shipped edition with these edits, loaded."""
    return Edition.from_tables(apply(edition().tables(), edits), edition().model)


def reversed_rows(table: str) -> Edition:
    """The shipped edition with the rows of a table the other way round."""
    tables = edition().tables()
    return Edition.from_tables({**tables, table: tables[table][::-1]}, edition().model)


def words(text: str) -> Iterable[str]:
    """The names of a sentence that stand in backticks."""
    return text.split("`")[1::2]
