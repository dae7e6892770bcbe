"""The flaw: a mistake of a draft as it is told, with the key of its row."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from policies.mistake import Mistake
from policies.table import FIRST_ROW, row_key


class Flaw(NamedTuple):
    """One mistake as it is told: the row by its number and its key, or 0 and nothing for the table as a whole."""

    table: str
    row: int
    key: str
    column: str
    what: str
    remedy: str


def told(mistakes: Iterable[Mistake], tables: Mapping[str, list[list[str]]]) -> tuple[Flaw, ...]:
    """The mistakes of a loading, each with the key of its row."""
    return tuple(_flaw(each, tables) for each in mistakes)


def _flaw(mistake: Mistake, tables: Mapping[str, list[list[str]]]) -> Flaw:
    table = mistake.file.removesuffix(".csv")
    place = mistake.row - FIRST_ROW
    rows = tables.get(table, [])
    key = row_key(table, rows[place]) if 0 <= place < len(rows) else ""
    return Flaw(table, mistake.row, key, mistake.column, mistake.what, mistake.remedy)
